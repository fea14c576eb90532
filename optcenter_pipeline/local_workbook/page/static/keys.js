// Keys that go far in the grid.

// Gives [row, column] as places among what is shown, or null where the key is none of these.
// last, right: the last places; filled: the last row that holds anything; page: rows on a screen.
export const far = (event, [row, column], { last, right, filled, page }) => {
  if (event.shiftKey || event.altKey || event.metaKey) return null;
  const places = event.ctrlKey
    ? { Home: [0, 0], End: [filled, right] }
    : {
        Home: [row, 0],
        End: [row, right],
        PageUp: [Math.max(0, row - page), column],
        PageDown: [Math.min(last, row + page), column],
      };
  return places[event.key] || null;
};
