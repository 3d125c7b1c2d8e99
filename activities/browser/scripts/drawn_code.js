// Returns functions that find code which only its style makes code: it keeps white space, and all
// letters are as wide. `factsOf` is from `style_facts.js`.
(factsOf) => {
  const OTHER = 'pre, ul, ol, dl, table, h1, h2, h3, h4, h5, h6, form, img, p';
  const NAMES = /^(?:div|code|span|p|section|figure|samp|listing)$/;

  const isOfCode = (element, facts) => facts.keepsSpace && facts.isMonospace && !facts.isInline
    && NAMES.test(element.localName);
  const isLine = (element, facts) => isOfCode(element, facts)
    && !element.querySelector(`${OTHER}, div`) && !element.textContent.trim().includes('\n');
  const isBlockOfLines = (element) => element.childElementCount > 1
    && [...element.children].every((child) => !factsOf(child).isInline);

  return {
    // Whether an element is a block of code of several lines.
    isCodeBlock: (element, facts) => isOfCode(element, facts) && !element.querySelector(OTHER)
      && (element.textContent.trim().includes('\n') || (!facts.isRow && isBlockOfLines(element))),
    // The lines of code that begin with an element, if each of them is an element.
    codeLinesFrom(element, facts) {
      const { localName, className, nextElementSibling } = element;
      if (!nextElementSibling || nextElementSibling.className !== className || !isLine(element, facts)) return [];
      const lines = [];
      for (let line = element; line; line = line.nextElementSibling) {
        if (line.localName !== localName || line.className !== className || !isLine(line, factsOf(line))) break;
        lines.push(line);
      }
      return lines.length > 1 ? lines : [];
    },
  };
}
