// Resolves when the fonts, and the images in the top `height` pixels, are loaded. After `limit` ms
// it stops all loading and resolves as well: Playwright's screenshot waits for fonts, and in an
// incomplete document they never arrive. Returns the height of the whole page.
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
