// Returns a function that tells whether the page draws a box of its own for a checkbox or a radio
// button that it hides. Others are switches of style sheets, of which a reader sees nothing.
(view) => {
  // Pixels. Switches are wider than high.
  const [MIN_SIDE, MAX_HEIGHT, MAX_WIDTH] = [9, 40, 72];

  const isSmall = (width, height) => width >= MIN_SIDE && height >= MIN_SIDE && height <= MAX_HEIGHT
    && width <= MAX_WIDTH && width >= height * 0.8;
  const isTransparent = (colour) => /^(?:transparent|rgba\(.*, 0\))$/.test(colour);
  const isPainted = (style) => !isTransparent(style.backgroundColor) || style.backgroundImage !== 'none'
    || (style.borderTopStyle !== 'none' && parseFloat(style.borderTopWidth) > 0);
  const isDrawn = (style) => style.display !== 'none' && style.visibility === 'visible' && style.opacity !== '0';

  const isPaintedBox = (element) => {
    if (element.textContent.trim()) return false;
    const box = element.getBoundingClientRect();
    if (!isSmall(box.width, box.height)) return false;
    const style = view.getComputedStyle(element);
    return isDrawn(style) && (element.localName === 'svg' || isPainted(style) || element.firstElementChild?.localName === 'svg');
  };
  const hasPaintedPseudo = (element) => ['::before', '::after'].some((pseudo) => {
    const style = view.getComputedStyle(element, pseudo);
    return style.content !== 'none' && style.content !== 'normal' && isDrawn(style) && isPainted(style)
      && isSmall(parseFloat(style.width), parseFloat(style.height));
  });

  // By root, labels by the ids of their fields. `labels` of a field would look through the whole tree.
  const roots = new Map();
  const labelsIn = (root) => {
    if (!roots.has(root)) roots.set(root, Map.groupBy(root.querySelectorAll('label[for]'), (label) => label.getAttribute('for')));
    return roots.get(root);
  };
  const labelsOf = (input) => {
    const around = input.closest('label');
    const own = around && !around.hasAttribute('for') ? [around] : [];
    return own.concat((input.id && labelsIn(input.getRootNode()).get(input.id)) || []);
  };
  const labelOf = (input) => labelsOf(input).find((label) => label.getClientRects().length && /[\p{L}\p{N}]/u.test(label.textContent));

  return (input) => {
    const label = labelOf(input);
    if (!label) return false;
    // Buttons of which one is chosen, such as the sizes of a product. Tabs have their panels beside
    // the button, so that a style sheet can show one of them.
    if (input.type === 'radio' && (label.contains(input) || input.closest('form, fieldset'))) return true;
    const beside = [...input.parentNode.children].slice(0, 5).filter((other) => other !== input && !other.matches('input'));
    const places = new Set([label, ...beside, ...[...label.querySelectorAll('*')].slice(0, 10)]);
    return [...places].some((place) => isPaintedBox(place) || hasPaintedPseudo(place));
  };
}
