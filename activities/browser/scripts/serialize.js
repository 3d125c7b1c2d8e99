// Returns the document as HTML. If the HTML is larger than `maxBytes`, returns only its size, which
// saves the transfer. The HTML contains open shadow trees in their places, with filled slots. It
// contains the bodies of frames of the same origin as well; other frames cannot be read.
(maxBytes) => {
  const MAX_DEPTH = 1000;
  const MAX_FRAMES = 50;
  const deadline = performance.now() + 3000;
  const FRAMES = ['iframe', 'frame'];
  const inert = document.implementation.createHTMLDocument('');
  // Elements with a shadow tree or a frame somewhere below them. All others are copied unchanged.
  const special = new Set();
  let frames = 0;

  const bodyOf = (frame) => {
    try {
      const body = frame.contentDocument?.body;
      return body?.childNodes.length && frame.getClientRects().length ? body : null;
    } catch {
      return null;
    }
  };

  const mark = (element) => {
    for (let at = element; at && !special.has(at);) {
      special.add(at);
      at = at.assignedSlot ?? at.parentNode ?? at.host ?? at.defaultView?.frameElement;
    }
  };

  const search = (root, depth) => {
    if (depth > 20) return;
    for (const element of root.querySelectorAll('*')) {
      if (performance.now() > deadline) return;
      if (element.localName === 'slot') {
        mark(element);
      } else if (element.shadowRoot) {
        mark(element);
        search(element.shadowRoot, depth + 1);
      } else if (FRAMES.includes(element.localName) && frames < MAX_FRAMES && bodyOf(element)) {
        frames += 1;
        mark(element);
        search(element.contentDocument, depth + 1);
      }
    }
  };

  // Relative URLs in a frame are relative to the frame, not to the page.
  const absolute = (copy, base) => {
    for (const name of ['href', 'src']) {
      for (const element of copy.querySelectorAll(`[${name}]`)) {
        const value = element.getAttribute(name);
        if (URL.canParse(value, base)) element.setAttribute(name, new URL(value, base).href);
      }
    }
  };

  const copy = (node, depth) => {
    if (!special.has(node) || depth > MAX_DEPTH || performance.now() > deadline) {
      return inert.importNode(node, true);
    }
    const body = FRAMES.includes(node.localName) ? bodyOf(node) : null;
    const result = body ? inert.createElement('div') : inert.importNode(node, false);
    let children = node.childNodes;
    if (body) {
      children = body.childNodes;
    } else if (node.shadowRoot) {
      children = node.shadowRoot.childNodes;
    } else if (node.localName === 'slot' && node.assignedNodes().length) {
      children = node.assignedNodes();
    }
    for (const child of children) result.append(copy(child, depth + 1));
    if (body) absolute(result, node.contentDocument.baseURI);
    return result;
  };

  const flatten = (element) => {
    try {
      search(document, 0);
      return special.size === 0 ? element : copy(element, 0);
    } catch {
      return element;
    }
  };

  // As XML, CDATA sections and the text of scripts would be written in ways that HTML reads
  // otherwise.
  const asHtml = (element) => {
    if (!document.contentType.endsWith('xml')) return element;
    const copied = inert.importNode(element, true);
    const sections = document.createNodeIterator(copied, NodeFilter.SHOW_CDATA_SECTION);
    for (let at = sections.nextNode(); at; at = sections.nextNode()) at.replaceWith(at.data);
    return copied;
  };

  // Chromium shows XML that is no page as a tree, and keeps the source in this element.
  const source = document.getElementById('webkit-xml-viewer-source-xml');
  const asText = () => {
    const shown = inert.implementation.createHTMLDocument('');
    const serializer = new XMLSerializer();
    const pre = shown.body.appendChild(shown.createElement('pre'));
    for (const node of source.childNodes) pre.append(serializer.serializeToString(node), '\n');
    return shown.documentElement;
  };

  const doctype = document.doctype ? `<!DOCTYPE ${document.doctype.name}>` : '';
  const element = source ? asText() : document.documentElement;
  // Scripts can leave half of a surrogate pair behind, which is not valid in UTF-8.
  const html = element ? (doctype + asHtml(flatten(element)).outerHTML).toWellFormed() : '';
  const bytes = new Blob([html]).size;
  return {
    url: location.href,
    contentType: document.contentType,
    characterSet: document.characterSet,
    bytes,
    html: bytes > maxBytes ? '' : html,
  };
}
