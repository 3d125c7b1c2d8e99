// Returns `judge`, which tells whether a reader sees an element, by its computed style:
//
// - 'seen': it is drawn. What is inside of it has verdicts of its own.
// - 'folded': it is not drawn, but a control that is drawn unfolds it, such as a tab or an accordion.
// - 'hidden': it is not drawn, and no reader gets to see it. Or the same text is drawn elsewhere,
//   as with copies for screens of other widths.
//
// `isDrawnBox` is the function of `drawn_boxes.js`, and `unfoldingOf` that of `unfolding.js`.
(document, isDrawnBox, unfoldingOf) => {
  const view = document.defaultView;
  const styleOf = (element, pseudo) => view.getComputedStyle(element, pseudo);
  // Elements without a verdict: what is inside of them is drawn by rules of their own.
  const EXEMPT = new Set(['html', 'body', 'main', 'option', 'optgroup', 'noscript', 'source', 'br',
    'script', 'style', 'template', 'link', 'meta', 'title', 'area', 'param', 'track', 'wbr', 'rp']);
  // What opens above the page, or is said only when something has happened.
  const LAYERS = 'dialog, [popover], [aria-modal="true"], [role="dialog"], [role="alertdialog"], '
    + '[role="menu"], [role="listbox"], [role="tooltip"], [role="alert"], [role="status"]';
  const LAYER_NAMES = new RegExp('(?:^|[\\s_-])(?:modal|popup|popover|lightbox|offcanvas|off-canvas|'
    + 'drawer|tooltip|toast|cookies?|consent|overlay|dropdown(?:-menu)?|flyout)(?:$|[\\s_-])', 'i');
  // Characters. A shorter text may be drawn elsewhere by chance.
  const LONG = 40;

  const plain = (text) => text.toLowerCase().replace(/\s+/g, '');
  const textOf = (element) => {
    if (!element.querySelector('script, style, template, noscript')) return element.textContent;
    const walker = document.createTreeWalker(element, 4);
    let text = '';
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!EXEMPT.has(node.parentNode.localName)) text += node.data;
    }
    return text;
  };

  const {
    partsOf, isOneOfSet, isOneOfStack, isUnfolded,
  } = unfoldingOf(document, { textOf, styleOf });

  // All text that is drawn or folded.
  let texts = null;
  const allText = () => texts ??= plain(document.body?.innerText ?? '');
  const isThereTwice = (text) => allText().split(text, 3).length > 2;

  const isLayer = (element) => element.matches(LAYERS)
    || LAYER_NAMES.test(`${element.getAttribute('class') ?? ''} ${element.id}`);

  const judgeUndrawn = (element) => {
    const text = plain(textOf(element));
    if (!text || isLayer(element)) return 'hidden';
    if (!isUnfolded(element)) return 'hidden';
    if (text.length >= LONG && allText().includes(text)) return 'hidden';
    texts = `${allText()}\n${text}`;
    return 'folded';
  };

  const isOutside = (element, style) => {
    const box = element.getBoundingClientRect();
    if (!box.width && !box.height) return false;
    const isLeft = box.right + view.scrollX <= 0 || box.bottom + view.scrollY <= 0;
    return isLeft || (style.position === 'fixed' && box.left >= view.innerWidth);
  };

  // Whether its own size cuts all of its text.
  const isFlat = (element) => (element.offsetHeight <= 1 || element.offsetWidth <= 1)
    && element.textContent.trim() !== '';

  // Whether the usual styles hide it from all but screen readers.
  const isForScreenReaders = (style) => {
    if (style.position !== 'absolute' && style.position !== 'fixed') return false;
    if (/^rect\(0px,? 0px,? 0px,? 0px\)|^rect\(1px,? 1px,? 1px,? 1px\)/.test(style.clip)) return true;
    if (/^inset\((?:50|100)%/.test(style.clipPath)) return true;
    return parseFloat(style.width) <= 1 && parseFloat(style.height) <= 1 && style.overflowX !== 'visible';
  };

  // Text that only screen readers get: of a link or a button it is the label of an icon, and beside
  // a part that they do not get it is the same in words.
  const judgeForScreenReaders = (element) => {
    // Of a formula, only this form is text.
    if (element.querySelector('math')) return 'seen';
    const holder = element.closest('a, button, [role="button"]');
    if (holder && holder !== element && plain(holder.textContent) === plain(element.textContent)) return 'seen';
    if (element.parentElement?.querySelector(':scope > [aria-hidden="true"]')?.textContent.trim()) return 'seen';
    return 'hidden';
  };

  const ICONS = /^(?:i|span|em|b|div|[a-z]+-icon)$/;
  const isIcon = (element) => {
    if (element.firstElementChild || !ICONS.test(element.localName)) return false;
    const text = element.textContent.trim();
    return text.length < 30 && /^[a-z0-9_]+$/.test(text);
  };

  // What screen readers skip is drawn all the same, but may be there in words as well.
  const judgeSkipped = (element) => {
    const text = element.textContent.trim();
    if (!/[\p{L}\p{N}\p{Sc}]/u.test(text)) return 'hidden';
    const plainText = plain(text);
    // A copy, as in a carousel that goes round.
    const mayBeCopy = plainText.length >= LONG || /clone|duplicate/.test(element.className);
    if (mayBeCopy && isThereTwice(plainText)) return 'hidden';
    for (const other of partsOf(element.parentElement)) {
      if (other === element || !other.textContent.trim()) continue;
      if (other.getAttribute('aria-hidden') !== 'true' && plain(other.textContent) === plainText) return 'hidden';
      if (isForScreenReaders(styleOf(other))) return 'hidden';
    }
    return 'seen';
  };

  // Some scripts hide a whole page until its styles have loaded, and fail to show it again.
  const isWholePageInvisible = [document.body, document.querySelector('main')]
    .some((element) => element && styleOf(element).visibility !== 'visible');

  const visible = { visibilityProperty: !isWholePageInvisible };

  const judgeByStyle = (element, facts, isInFolded, hasMarks) => {
    if (isInFolded) {
      const style = styleOf(element);
      if (style.display === 'none') return judgeUndrawn(element);
      return isForScreenReaders(style) ? judgeForScreenReaders(element) : 'seen';
    }
    if (!element.checkVisibility(visible)) {
      if (element.getAttribute('hidden') === 'until-found') return 'folded';
      const style = styleOf(element);
      if (style.display === 'none') return judgeUndrawn(element);
      // A part of it may be visible again. What is in a closed `details` is not drawn either.
      return style.visibility === 'visible' || element.innerText?.trim() ? 'seen' : judgeUndrawn(element);
    }
    if (facts.isSkipped) {
      return element.getAttribute('hidden') === 'until-found' ? 'folded' : judgeUndrawn(element);
    }
    if (facts.isPlaced) {
      const style = styleOf(element);
      if (isForScreenReaders(style)) return judgeForScreenReaders(element);
      if (style.opacity === '0' && !element.getAnimations().length) {
        const isSlide = isOneOfStack(element) && !isLayer(element) && textOf(element).trim();
        return isSlide ? 'folded' : judgeUndrawn(element);
      }
      if (isOutside(element, style)) return isOneOfSet(element) ? judgeUndrawn(element) : 'hidden';
    }
    // Others of its kind may be shown already, or on their way.
    if (facts.mayBeCutAway && facts.isCutAway(styleOf(element)) && !element.getAnimations().length) return judgeUndrawn(element);
    if (!facts.isInline && facts.isClipping && isFlat(element)) return judgeUndrawn(element);
    if (facts.isIconFont && isIcon(element)) return 'hidden';
    return hasMarks && element.getAttribute('aria-hidden') === 'true' ? judgeSkipped(element) : 'seen';
  };

  // `facts` are those of its kind, from `style_facts.js`. `isInFolded`: it is inside of a folded
  // element, so that nothing is known of its boxes. `hasMarks`: its attributes may hide it.
  const judge = (element, facts, isInFolded, hasMarks) => {
    if (EXEMPT.has(element.localName)) return 'seen';
    const isBox = element.localName === 'input' && /^(?:checkbox|radio)$/.test(element.type);
    if (isBox && element.closest('li')) return 'seen';
    const verdict = judgeByStyle(element, facts, isInFolded, hasMarks);
    // Many sites draw boxes of their own, and hide the real ones.
    return isBox && verdict === 'hidden' && isDrawnBox(element) ? 'seen' : verdict;
  };

  return { judge, isWholePageInvisible };
}
