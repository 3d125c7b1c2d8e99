// Returns a function that returns the rows of an element that only its style draws as a table of
// data: pairs of a row and its cells. It returns null for other elements: most such tables arrange
// the columns of a page. `factsOf` is from `style_facts.js`.
(factsOf) => {
  // Elements that have a meaning of their own, which a table would hide.
  const OWN = /^(?:table|ul|ol|dl|menu|form|fieldset|main|body|html|nav|pre)$/;
  const BLOCKS = 'h1, h2, h3, h4, h5, h6, p + p, ul, ol, dl, form, table, pre, section, article, nav, aside, main, video, iframe';
  const MIN_ROWS = 2;
  const MIN_CELLS = 2;
  // Characters. A longer part is a column of a page.
  const MAX_CELL = 400;

  const partsOf = (element, display) => [...element.children].flatMap((child) => {
    const own = factsOf(child).display;
    if (own === display) return [child];
    return /^table-(?:row|header|footer)-group$/.test(own) ? partsOf(child, display) : [];
  });

  return (element, facts) => {
    if (!facts.isTable || OWN.test(element.localName)) return null;
    if (element.querySelector(BLOCKS)) return null;
    const rows = partsOf(element, 'table-row').map((row) => [row, partsOf(row, 'table-cell')]);
    if (rows.length < MIN_ROWS || rows[0][1].length < MIN_CELLS) return null;
    const areAlike = rows.every(([, cells]) => cells.length === rows[0][1].length);
    const isData = rows.every(([, cells]) => cells.every((cell) => cell.textContent.length <= MAX_CELL));
    return areAlike && isData && element.textContent.trim() ? rows : null;
  };
}
