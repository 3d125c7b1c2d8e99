// Returns a function that tells whether an element may show a closed shadow tree: it has no text, and a
// height all the same. That of an element of HTML is not the height that its style gives it. `view` is
// its window.
(view) => {
  const HOSTS = /-|^(?:article|aside|blockquote|div|footer|h[1-6]|header|main|nav|p|section|span)$/;
  const isAuto = (element, name) => element.computedStyleMap().get(name)?.value === 'auto';
  const isZero = (style, names) => names.every((name) => parseFloat(style[name]) === 0 || style[name] === 'auto');

  // Whether the height of an empty element is not that of its style.
  const hasHeightOfContent = (element) => {
    const style = view.getComputedStyle(element);
    if (!/^(?:block|flow-root|inline-block)$/.test(style.display) || /absolute|fixed/.test(style.position)) return false;
    if (!isAuto(element, 'height') || style.aspectRatio !== 'auto') return false;
    if (!isZero(style, ['minHeight', 'paddingTop', 'paddingBottom', 'borderTopWidth', 'borderBottomWidth'])) return false;
    const around = element.parentElement ?? element.parentNode.host;
    if (around && /flex|grid/.test(view.getComputedStyle(around).display)) return false;
    return ['::before', '::after'].every((pseudo) => /^(?:none|normal)$/.test(view.getComputedStyle(element, pseudo).content));
  };

  return (element) => {
    const isOwn = element.localName.includes('-');
    if (!HOSTS.test(element.localName) || (!isOwn && element.firstElementChild)) return false;
    if (element.shadowRoot || element.textContent.trim() || !element.offsetHeight) return false;
    if (isOwn) return element.matches(':defined') && !element.querySelector('img, svg, canvas, iframe, video');
    return hasHeightOfContent(element);
  };
}
