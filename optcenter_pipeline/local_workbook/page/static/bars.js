// Horizontal bars as SVG.

const SVG = "http://www.w3.org/2000/svg";
const LINE = 24;
const LABEL = 190;
const WIDTH = 640;
const AMOUNT = 130;

const draw = (name, attributes, text) => {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (text !== undefined) element.textContent = text;
  return element;
};

export const amount = (number) =>
  Number.isFinite(number) ? number.toLocaleString("en", { maximumFractionDigits: Math.abs(number) < 100 ? 2 : 0 }) : "";

const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

// bars: [{label, value, look, told, mark}]; a mark is a second number, shown as a line across the bar.
export const barChart = (title, bars) => {
  const numbers = bars.flatMap(({ value, mark }) => [value, mark ?? 0]).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  const room = WIDTH - LABEL - AMOUNT;
  const at = (number) => LABEL + (high > low ? ((number - low) / (high - low)) * room : 0);
  const height = bars.length * LINE + 4;
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: "img", "aria-label": title });
  bars.forEach(({ label, value, look = "", told, mark }, number) => {
    const y = number * LINE + 4;
    const line = draw("g", { class: "bar-line" });
    line.append(draw("title", {}, `${label}: ${told}`));
    line.append(draw("text", { x: LABEL - 8, y: y + 13, "text-anchor": "end" }, cut(label, 30)));
    const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))];
    line.append(draw("rect", { x: from, y, width: Math.max(to - from, 1), height: 17, rx: 2, class: look }));
    if (Number.isFinite(mark)) line.append(draw("rect", { x: at(mark) - 1, y: y - 2, width: 2, height: 21, class: "mark" }));
    line.append(draw("text", { x: WIDTH - AMOUNT + 10, y: y + 13, class: "amount" }, cut(told, 20)));
    svg.append(line);
  });
  return svg;
};
