// What the page asks of its server. Every refusal is an error whose message is for people.

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Unreachable extends Error {}

let bearer = null;

const send = async (path, options) => {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Unreachable("The server does not answer. Was it stopped?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refusal(response.status, body.error?.message || `The server answered ${response.status}.`);
  }
  return body;
};

const post = (path, body) => send(path, { method: "POST", body: body === undefined ? undefined : JSON.stringify(body) });

export const description = () => send("/page/description");

// tabs: title → tag of what is known of it, or "".
export const view = (spreadsheet, tabs, known) => {
  const query = new URLSearchParams({ spreadsheet });
  for (const [title, tag] of Object.entries(tabs)) {
    query.append("tab", title);
    query.append("tag", tag);
  }
  if (known !== null) query.set("known", String(known));
  return send(`/page/view?${query}`);
};

export const edit = (body) => post("/page/edit", body);

export const newRow = (body) => post("/page/new-row", body);

// The Sheets API, as any other client calls it.
const api = async (path, body) => {
  for (const isLast of [false, true]) {
    bearer = bearer || (await post("/page/token")).access_token;
    try {
      return await send(path, {
        method: "POST",
        headers: { Authorization: `Bearer ${bearer}` },
        body: JSON.stringify(body),
      });
    } catch (error) {
      if (isLast || error.status !== 401) throw error;
      bearer = null; // it has expired
    }
  }
};

export const appendRows = (spreadsheet, sheetId, length) =>
  api(`/v4/spreadsheets/${encodeURIComponent(spreadsheet)}:batchUpdate`, {
    requests: [{ appendDimension: { sheetId, dimension: "ROWS", length } }],
  });
