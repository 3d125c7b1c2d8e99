// Resolves when the fonts and the images in the top `height` pixels are there, or after `limit`
// ms. Returns the height of the whole page.
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
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, limit))]);
  return document.documentElement.scrollHeight;
}
