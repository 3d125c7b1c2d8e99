// uses: drawn_boxes, unfolding, visibility, style_facts, counter_styles, counters, generated_text, list_markers, separation, drawn_tables, drawn_code, drawn_order, closed_hosts, copy_writing, annotation
//
// Returns the document as HTML, as a reader sees it. If the HTML is larger than `maxBytes`, returns
// only its size, which saves the transfer. `site` is the registrable domain of the page. `foreign`
// are the frames that scripts here cannot read: of each its element and its HTML. The same list has
// closed shadow trees: of each its element and the tree. Of a frame that is read by itself,
// `isFrame`, only the content of the body is returned, with absolute URLs.
//
// The HTML is a copy in which plain attributes say what the computed style says, so that it can be
// read without style sheets:
//
// - What no reader sees has the style `display: none !important`. What a control unfolds has not.
// - Words that the style keeps apart have a space or a line break between them.
// - Text from style sheets is written where it is drawn. Items of lists whose markers are not those
//   of the HTML have the marker as their `list-style-type`.
// - Fields have the values that they have now. Passwords are left out.
// - Shadow trees stand in their places, with filled slots. So do the bodies of frames of the
//   same site, and of frames whose content the page itself has written.
// - The root has the attribute `data-rendered`, which says that all this is done.
//
// `hasClosedTrees` is true if an element may show a closed shadow tree that is not given.
// `isWhole` is false if the style of a part of the page could not be read, or not in time.
(maxBytes, site, isFrame, ...foreign) => {
  const MAX_FRAMES = 50;
  const deadline = performance.now() + 3000;
  // Elements with names can stand in the place of any property of a document (HTML, 3.1.6).
  const own = (name, owner = document) => Reflect.get(Document.prototype, name, owner);
  // A document whose properties no element can stand in the place of.
  const undisturbed = (owner) => new Proxy(owner, {
    get(_, name) {
      const value = own(name, owner);
      return typeof value === 'function' ? value.bind(owner) : value;
    },
  });
  const inert = own('implementation').createHTMLDocument('');
  let isWhole = true;
  const onGap = () => { isWhole = false; };
  let hasClosedTrees = false;
  const onClosedTree = () => { hasClosedTrees = true; };
  const given = new Map();
  for (let i = 0; i < foreign.length; i += 2) given.set(foreign[i], foreign[i + 1]);
  let frames = 0;

  // HTML that is already text stands for itself in the copy until that is text as well: some pages
  // forbid all scripts to parse HTML (Trusted Types).
  const texts = [];
  const mark = `html-${Math.random().toString(36).slice(2)}-`;
  const htmlNode = (html) => inert.createTextNode(`${mark}${texts.push(html) - 1};`);
  const withTexts = (html) => {
    if (!texts.length) return html;
    return html.replace(new RegExp(`${mark}(\\d+);`, 'g'), (_, index) => withTexts(texts[index]));
  };

  // A function that is made when it is first called. Most pages do not need all of them.
  const lazily = (make) => {
    let made = null;
    return (...values) => (made ??= make())(...values);
  };

  const toolsOf = (() => {
    const known = new Map();
    return (owner) => {
      if (!known.has(owner)) {
        const inner = undisturbed(owner);
        const view = inner.defaultView;
        const styles = styleFactsOf(view);
        const counterIn = lazily(() => counterStylesOf(inner));
        const texts = generatedTextOf(view, lazily(() => countersOf(inner, styles, deadline)), counterIn);
        known.set(owner, {
          view,
          ...styles,
          ...texts,
          ...visibilityOf(inner, lazily(() => drawnBoxesOf(view)), unfoldingOf),
          markerOf: listMarkersOf(counterIn, texts.textIn),
          isClosedHost: lazily(() => closedHostsOf(view)),
        });
      }
      return known.get(owner);
    };
  })();

  // Relative URLs in a frame are relative to the frame, not to the page.
  const absolute = (copy, base) => {
    for (const name of ['href', 'src']) {
      for (const element of copy.querySelectorAll(`[${name}]`)) {
        const value = element.getAttribute(name);
        if (URL.canParse(value, base)) element.setAttribute(name, new URL(value, base).href);
      }
    }
  };

  const isSameSite = ({ protocol, hostname }) => !/^https?:$/.test(protocol)
    || hostname === site || hostname.endsWith(`.${site}`);

  // Returns the body of a frame as a `div`, or null if it cannot be read.
  const copyOfFrame = (frame, level) => {
    if (frames >= MAX_FRAMES || !frame.getClientRects().length) return null;
    const inner = frame.contentDocument;
    const copy = inert.createElement('div');
    if (given.has(frame)) {
      copy.append(htmlNode(given.get(frame)));
    } else if (inner && isSameSite(inner.location)) {
      const isDrawing = inner.documentElement?.localName === 'svg';
      if (isDrawing) copy.append(inert.importNode(inner.documentElement, true));
      else if (!inner.body?.childNodes.length) return null;
      else copy.append(...copyOf(inner.body, toolsOf(inner), level).childNodes);
      absolute(copy, inner.baseURI);
    } else return null;
    frames += 1;
    return copy;
  };

  const drawn = (factsOf) => ({
    rowsOfTable: lazily(() => drawnTablesOf(factsOf)),
    linesOfCode: lazily(() => drawnCodeOf(factsOf)),
    orderOf: lazily(() => drawnOrderOf(factsOf)),
  });
  const Annotation = annotationOf({
    inert, htmlNode, copyOfFrame, separationOf, drawn, writing: copyWritingOf(inert), given, deadline, onGap, onClosedTree,
  });
  const copyOf = (root, tools, level) => {
    const copy = inert.importNode(root, true);
    // HTML has no such sections.
    const sections = inert.createNodeIterator(copy, NodeFilter.SHOW_CDATA_SECTION);
    for (let at = sections.nextNode(); at; at = sections.nextNode()) at.replaceWith(at.data);
    new Annotation(root, copy, tools, level).write();
    return copy;
  };

  const rendered = (root) => {
    try {
      return copyOf(root, toolsOf(document), 0);
    } catch {
      onGap();
      return root;
    }
  };

  // Chromium shows XML that is no page as a tree, and keeps the source in this element.
  const source = own('getElementById').call(document, 'webkit-xml-viewer-source-xml');
  const asText = () => {
    const shown = inert.implementation.createHTMLDocument('');
    const serializer = new XMLSerializer();
    const pre = shown.body.appendChild(shown.createElement('pre'));
    for (const node of source.childNodes) pre.append(serializer.serializeToString(node), '\n');
    return shown.documentElement;
  };

  const doctype = own('doctype') ? `<!DOCTYPE ${own('doctype').name}>` : '';
  const htmlOf = (element) => {
    const copy = rendered(element);
    if (copy !== element) copy.setAttribute('data-rendered', '');
    if (!isFrame) return doctype + copy.outerHTML;
    absolute(copy, document.baseURI);
    return copy.querySelector('body')?.innerHTML ?? copy.outerHTML;
  };

  const element = own('documentElement');
  // Scripts can leave half of a surrogate pair behind, which is not valid in UTF-8.
  const html = element ? withTexts(source ? asText().outerHTML : htmlOf(element)).toWellFormed() : '';
  // Quicker than a `Blob`, which the browser process has to know of.
  const bytes = new TextEncoder().encode(html).length;
  return {
    url: location.href,
    contentType: own('contentType'),
    characterSet: own('characterSet'),
    isWhole,
    hasClosedTrees,
    bytes,
    html: bytes > maxBytes ? '' : html,
  };
}
