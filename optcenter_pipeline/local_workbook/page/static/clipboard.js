// Ranges of cells as other programs copy and paste them: lines of fields parted by tabs.

const quoted = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const format = (lines) => lines.map((line) => line.map(quoted).join("\t")).join("\n");

export const parse = (text) => {
  const lines = [[]];
  let field = "";
  let isQuoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let place = 0; place < source.length; place += 1) {
    const sign = source[place];
    if (isQuoted) {
      if (sign !== '"') field += sign;
      else if (source[place + 1] === '"') {
        field += '"';
        place += 1;
      } else isQuoted = false;
    } else if (sign === '"' && field === "") isQuoted = true;
    else if (sign === "\t" || sign === "\n") {
      lines.at(-1).push(field);
      field = "";
      if (sign === "\n") lines.push([]);
    } else field += sign;
  }
  lines.at(-1).push(field);
  return lines;
};
