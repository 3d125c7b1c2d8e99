// Resolves when the fonts and the images in the top `height` pixels are there, or after `limit`
// ms, when nothing is loaded any more: Playwright waits for fonts, and those of a document that is
// not complete are never there. Returns the height of the whole page.
async (height, limit) => {
  const loaded = (image) => new Promise((resolve) => {
    image.addEventListener('load', resolve);
    image.addEventListener('error', resolve);
  });
  const missing = [...document.images].filter((image) => {
    const box = image.getBoundingClientRect();
    return !image.complete && box.top < height && box.bottom > 0;
  });
  const all = Promise.all([document.fonts.ready, ...missing.map(loaded)]);
  const tooLate = new Promise((resolve) => setTimeout(resolve, limit, 'too late'));
  if ((await Promise.race([all, tooLate])) === 'too late') window.stop();
  return document.documentElement.scrollHeight;
}
