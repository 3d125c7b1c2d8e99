// Starts the proofs of work in one frame, as a click on a widget's own box does, and sends the form
// of a proof that is done.
() => {
  const started = window[Symbol.for('spidra.proofs')] ??= { widgets: new WeakSet(), forms: new WeakMap() };
  const all = (selector) => [...document.querySelectorAll(selector)];

  // A widget, and what is clicked in it.
  const WIDGETS = [
    ['altcha-widget', 'input[type=checkbox], button'],
    ['cap-widget', '[role=button]'],
    ['.frc-captcha', 'button'],
    ['form:has(#widget__verification-checkbox)', 'input[type=checkbox]'], // the frame of mCaptcha
  ];
  const ANSWERS = 'input[name=altcha], input[name=cap-token], input[name=mcaptcha__token], '
    + 'input[name=frc-captcha-solution], input[name=frc-captcha-response]';

  for (const [selector, box] of WIDGETS) {
    for (const widget of all(selector)) {
      const button = widget.querySelector(box) ?? widget.shadowRoot?.querySelector(box);
      if (!button || started.widgets.has(widget)) continue;
      started.widgets.add(widget);
      if (!button.checked) button.click();
    }
  }
  for (const field of all(ANSWERS)) {
    // Friendly Captcha says `.UNSTARTED` and the like until it has an answer.
    if (!field.value || field.value.startsWith('.') || !field.form) continue;
    // The page's own script may send the form at this moment, so it is sent at the second look. Each
    // answer is sent once: a page may take it without going on.
    const known = started.forms.get(field.form);
    if (known?.answer !== field.value) {
      started.forms.set(field.form, { answer: field.value, sent: false });
    } else if (!known.sent) {
      known.sent = true;
      field.form.requestSubmit();
    }
  }
}
