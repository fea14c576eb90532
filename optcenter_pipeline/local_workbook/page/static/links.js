// Texts that lead somewhere.

// http and https only: no text in the sheet becomes a script.
export const isWebAddress = (text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text);

// Opens beside the page, and tells the other page nothing of this one.
export const webLink = (address, text) => {
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.textContent = text;
  return link;
};
