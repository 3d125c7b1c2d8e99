// Returns a function that returns the lines of code that begin with an element: that element alone if it
// is a whole block, and none if it is no code. Only its style makes it code: it keeps white space, and
// all letters are as wide. `factsOf` is from `style_facts.js`.
(factsOf) => {
  const OTHER = 'pre, ul, ol, dl, table, h1, h2, h3, h4, h5, h6, form, img, p';
  const NAMES = /^(?:div|code|span|p|section|figure|samp)$/;
  // What running text has, and lines of code do not.
  const OF_TEXT = ':scope div div, b, strong, a[href], button, input';

  // Whether the letters are those of the whole page.
  const isUsual = ({ ownerDocument: { body, defaultView } }, facts) => body !== null
    && facts.style.fontFamily === defaultView.getComputedStyle(body).fontFamily;
  const isOfCode = (element, facts) => facts.keepsSpace && facts.isMonospace && !facts.isInline
    && NAMES.test(element.localName) && !isUsual(element, facts);
  const holdsLines = (element) => element.childElementCount > 1
    && [...element.children].every((child) => !factsOf(child).isInline);
  const isBlock = (element, facts) => isOfCode(element, facts) && !element.querySelector(OTHER)
    && (element.textContent.trim().includes('\n') || (!facts.isRow && holdsLines(element) && !element.querySelector(OF_TEXT)));
  const isLine = (element, facts) => isOfCode(element, facts)
    && !element.querySelector(`${OTHER}, div, ${OF_TEXT}`) && !element.textContent.trim().includes('\n');

  return (element, facts) => {
    if (isBlock(element, facts)) return [element];
    const { localName, className, nextElementSibling } = element;
    if (nextElementSibling?.className !== className || !isLine(element, facts)) return [];
    const lines = [];
    for (let line = element; line; line = line.nextElementSibling) {
      if (line.localName !== localName || line.className !== className || !isLine(line, factsOf(line))) break;
      lines.push(line);
    }
    return lines.length > 1 ? lines : [];
  };
}
