// A test double of Turnstile's api.js. The frame is in a closed shadow tree, so a page sees only
// the field for the answer.
(() => {
  const self = new URL(document.currentScript.src);
  let count = 0;

  window.turnstile = {
    ready: (run) => setTimeout(run, 20),
    render(container, options) {
      const element = typeof container === 'string' ? document.querySelector(container) : container;
      const id = `cf-chl-widget-${count++}`;
      const inner = document.createElement('div');
      const frame = document.createElement('iframe');
      frame.src = `/turnstile/if/ov2/av0/rcv/${id}/${options.sitekey}/auto/normal`;
      inner.attachShadow({ mode: 'closed' }).append(frame);
      element.append(inner);
      element.insertAdjacentHTML('beforeend',
        `<input type="hidden" name="cf-turnstile-response" id="${id}_response">`);
      return id;
    },
    execute() {},
    getResponse: () => document.querySelector('[name=cf-turnstile-response]').value,
    reset() {},
  };

  const start = () => {
    if (self.searchParams.get('render') !== 'explicit') {
      for (const element of document.querySelectorAll('.cf-turnstile')) {
        window.turnstile.render(element, { ...element.dataset });
      }
    }
    window[self.searchParams.get('onload')]?.();
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
