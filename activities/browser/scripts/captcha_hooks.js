// Hears what a page tells the scripts of CAPTCHAs: how it renders them, with which callbacks, and
// that it waits for an answer. Runs before the page's own scripts, only where a wall was found.
(() => {
  const heard = { renders: [], executes: [], answers: {} };
  Object.defineProperty(window, Symbol.for('spidra.ear'), { value: heard });

  // Has `change` see each value that comes to be `object[name]`.
  const onSet = (object, name, change) => {
    let value;
    const set = (given) => { value = given && change(given); };
    try {
      set(object[name]);
      Object.defineProperty(object, name, {
        configurable: true, enumerable: true, get: () => value, set,
      });
    } catch { /* it cannot be changed, and nothing is heard */ }
  };

  const pending = (kind, facts, shape) => new Promise((resolve) => {
    const answer = (token) => resolve(shape(token));
    if (heard.answers[kind]) {
      answer(heard.answers[kind]);
      delete heard.answers[kind];
    } else heard.executes.push({ kind, ...facts, resolve: answer });
  });

  const listen = (kind) => {
    const seen = new WeakSet();
    const inspect = (api) => {
      if ((typeof api !== 'object' && typeof api !== 'function') || seen.has(api)) return api;
      seen.add(api);
      onSet(api, 'render', (render) => function (container, options, ...rest) {
        heard.renders.push({ kind, options: { ...options } });
        return render.call(this, container, options, ...rest);
      });
      onSet(api, 'execute', (execute) => function (id, options, ...rest) {
        // With a key it is a reCAPTCHA v3, with the number of a widget it is not.
        if (kind === 'recaptcha_v2' && typeof id === 'string' && id.length > 10) {
          const facts = { sitekey: id, action: options?.action };
          return pending('recaptcha_v3', facts, (token) => token);
        }
        if (kind === 'hcaptcha' && options?.async) {
          const shape = (token) => ({ response: token, key: '' });
          return pending(kind, { rqdata: options.rqdata }, shape);
        }
        return execute.call(this, id, options, ...rest);
      });
      if (kind === 'recaptcha_v2') onSet(api, 'enterprise', inspect);
      return api;
    };
    return inspect;
  };

  onSet(window, 'grecaptcha', listen('recaptcha_v2'));
  onSet(window, 'hcaptcha', listen('hcaptcha'));
  onSet(window, 'turnstile', listen('turnstile'));
})()
