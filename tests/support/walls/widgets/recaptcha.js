// A test double of reCAPTCHA's api.js and enterprise.js, with the same DOM, callbacks and registry.
// Its tokens are those of a robot: no site accepts them.
(() => {
  const self = new URL(document.currentScript.src);
  const render = self.searchParams.get('render') ?? 'onload';
  const flavour = self.pathname.includes('enterprise') ? 'enterprise' : 'api2';
  const registry = (window.___grecaptcha_cfg = window.___grecaptcha_cfg || {});
  Object.assign(registry, { count: 0, clients: {} });
  const byName = (name) => (typeof name === 'function' ? name : window[name]);
  const responses = new Map();

  const draw = (container, id, options, size) => {
    const inner = document.createElement('div');
    inner.innerHTML = `<div><iframe title="reCAPTCHA" width="304" height="78"></iframe></div>
      <textarea id="g-recaptcha-response${id ? `-${id}` : ''}" name="g-recaptcha-response"
        class="g-recaptcha-response" style="width: 250px; display: none"></textarea>`;
    inner.querySelector('iframe').src =
      `/recaptcha/${flavour}/anchor?ar=1&k=${options.sitekey}&size=${size}`;
    (container.tagName === 'BUTTON' ? container.parentElement : container).append(inner);
  };

  const client = (id, element, options) => {
    registry.clients[id] = { id, W: element, Xa: { qK: { ...options, bind: null }, l: true } };
    registry.count += 1;
  };

  const api = {
    ready: (run) => setTimeout(run, 20),
    render(container, options) {
      const element = typeof container === 'string' ? document.getElementById(container) : container;
      const id = registry.count;
      const all = { ...element.dataset, ...options };
      draw(element, id, all, all.size ?? 'normal');
      client(id, element, all);
      return id;
    },
    execute(key, options) {
      if (typeof key === 'string') return Promise.resolve(`low-score-${key}-${options.action}`);
      return new Promise(() => {});
    },
    getResponse: (id = 0) => responses.get(id)
      ?? document.querySelectorAll('.g-recaptcha-response')[id]?.value ?? '',
    reset() {},
  };
  window.grecaptcha = window.grecaptcha || {};
  if (flavour === 'enterprise') window.grecaptcha.enterprise = api;
  else Object.assign(window.grecaptcha, api);

  const start = () => {
    if (render === 'onload') {
      for (const element of document.querySelectorAll('.g-recaptcha')) {
        const { sitekey, callback, size, s, action } = element.dataset;
        api.render(element, { sitekey, callback, size, s, action });
      }
    } else if (render !== 'explicit') {
      const badge = document.createElement('div');
      badge.className = 'grecaptcha-badge';
      document.body.append(badge);
      draw(badge, 100000, { sitekey: render }, 'invisible');
      client(100000, badge, { sitekey: render, size: 'invisible', badge: 'bottomright' });
    }
    byName(self.searchParams.get('onload'))?.();
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
