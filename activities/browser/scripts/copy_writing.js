// Returns functions that write into the copy of an element. `inert` is the document of the copies.
(inert) => {
  const hide = (copy) => copy.setAttribute('style', 'display: none !important');

  const writeFieldValue = (field, copy) => {
    const { localName, type } = field;
    if (localName === 'option') copy.toggleAttribute('selected', field.selected);
    else if (localName === 'textarea') copy.textContent = field.value;
    else if (type === 'password') copy.removeAttribute('value');
    else if (type === 'checkbox' || type === 'radio') copy.toggleAttribute('checked', field.checked);
    else if (type !== 'file' && type !== 'image') copy.setAttribute('value', field.value);
  };

  const uncover = (element, copy) => {
    copy.removeAttribute('hidden');
    copy.removeAttribute('aria-hidden');
    if (element.localName === 'dialog') copy.setAttribute('open', '');
    if (element.hasAttribute('style')) {
      copy.style.removeProperty('display');
      copy.style.removeProperty('visibility');
    }
  };

  // The name under which a copy has the same lines without a style sheet.
  const nameOf = (element, { isInline, display }) => {
    const { localName } = element;
    if (/^(?:xmp|listing|plaintext)$/.test(localName)) return 'pre';
    if (localName === 'object') return 'div';
    if (localName === 'div' && isInline && !element.firstElementChild
      && (display === 'inline' || !/\s/.test(element.textContent.trim()))) return 'span';
    const isOwnBlock = localName.includes('-') && !isInline
      && !element.closest('p, h1, h2, h3, h4, h5, h6, a, button, pre, table');
    return isOwnBlock ? 'div' : localName;
  };

  const renamed = (copy, name) => {
    const other = inert.createElement(name);
    for (const { name: attribute, value } of copy.attributes) {
      try {
        other.setAttribute(attribute, value);
      } catch { /* the parser accepts more names than scripts may set */ }
    }
    other.append(...copy.childNodes);
    copy.replaceWith(other);
    return other;
  };

  // Line ends that the style keeps, as in a poem.
  const keepLines = (copy) => {
    for (let text = copy.firstChild, next; text; text = next) {
      next = text.nextSibling;
      if (text.nodeType !== Node.TEXT_NODE || !text.data.includes('\n') || !/\S\s*\n\s*\S|^\s*\n|\n\s*$/.test(text.data)) continue;
      const lines = text.data.split(/\r?\n/);
      if (!text.previousSibling) while (lines.length && !lines[0].trim()) lines.shift();
      if (!text.nextSibling) while (lines.length && !lines.at(-1).trim()) lines.pop();
      text.replaceWith(...lines.flatMap((line, index) => (index ? [inert.createElement('br'), line] : [line])));
    }
  };

  const markUndrawn = (drawing, copy, { view }) => {
    const parts = 'text, tspan, foreignObject, g';
    const copies = copy.querySelectorAll(parts);
    drawing.querySelectorAll(parts).forEach((element, index) => {
      const style = view.getComputedStyle(element);
      const isDrawn = style.display !== 'none' && style.opacity !== '0'
        && (style.visibility === 'visible' || element.localName === 'g');
      if (!isDrawn) hide(copies[index]);
    });
  };

  return {
    writeFieldValue, uncover, nameOf, renamed, keepLines, hide, markUndrawn,
  };
}
