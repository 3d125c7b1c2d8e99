// Keeps the layout of a page while its viewport gets as high as the page: heights that depend on the
// viewport would grow. The first call, with `isHigh` false, notes the heights. The second call sets
// those that have changed. Returns the height of the page.
(isHigh) => {
  const root = document.documentElement;
  if (!isHigh) {
    globalThis.heights = new Map([...document.querySelectorAll('*')]
      .filter((element) => element.style).map((element) => [element, element.offsetHeight]));
    return root.scrollHeight;
  }
  const changed = [...globalThis.heights].filter(([element, height]) => element.offsetHeight !== height);
  for (const [element, height] of changed) {
    element.style.setProperty('box-sizing', 'border-box', 'important');
    for (const name of ['height', 'min-height', 'max-height']) {
      element.style.setProperty(name, `${height}px`, 'important');
    }
  }
  delete globalThis.heights;
  // For scripts that look at what is in view when the page is scrolled.
  for (const target of [document, window]) target.dispatchEvent(new Event('scroll'));
  return root.scrollHeight;
}
