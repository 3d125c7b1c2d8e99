// Records what a page tells the scripts of CAPTCHAs: how it renders widgets, with which callbacks,
// and that it waits for an answer. Runs before the page's own scripts, and only after a wall was
// found.
(() => {
  const record = { renders: [], executes: [], answers: {} };
  Object.defineProperty(window, Symbol.for('spidra.captchas'), { value: record });

  // Replaces each value that is ever assigned to `object[name]` by `change(value)`.
  const onSet = (object, name, change) => {
    let value;
    const set = (assigned) => { value = assigned && change(assigned); };
    try {
      set(object[name]);
      Object.defineProperty(object, name, {
        configurable: true, enumerable: true, get: () => value, set,
      });
    } catch { /* the property cannot be changed, and nothing is recorded */ }
  };

  const pending = (kind, facts, shape) => new Promise((resolve) => {
    const answer = (token) => resolve(shape(token));
    if (record.answers[kind]) {
      answer(record.answers[kind]);
      delete record.answers[kind];
    } else record.executes.push({ kind, ...facts, resolve: answer });
  });

  const hook = (kind) => {
    const seen = new WeakSet();
    const inspect = (api) => {
      if ((typeof api !== 'object' && typeof api !== 'function') || seen.has(api)) return api;
      seen.add(api);
      onSet(api, 'render', (render) => function (container, options, ...rest) {
        record.renders.push({ kind, options: { ...options } });
        return render.call(this, container, options, ...rest);
      });
      onSet(api, 'execute', (execute) => function (id, options, ...rest) {
        // A reCAPTCHA v3 gets its key here; other kinds get the number of a widget.
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

  onSet(window, 'grecaptcha', hook('recaptcha_v2'));
  onSet(window, 'hcaptcha', hook('hcaptcha'));
  onSet(window, 'turnstile', hook('turnstile'));
})()
