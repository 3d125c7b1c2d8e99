// Stand-ins for widgets that do a proof of work: they have the structure of the real ones.
customElements.define('altcha-widget', class extends HTMLElement {
  connectedCallback() {
    this.innerHTML = '<label><input type="checkbox"> A person</label>';
    this.querySelector('input').addEventListener('change', () => setTimeout(() => {
      if (this.hasAttribute('idle')) return;
      this.insertAdjacentHTML('beforeend', '<input type="hidden" name="altcha" value="done">');
    }, 500));
  }
});

customElements.define('cap-widget', class extends HTMLElement {
  connectedCallback() {
    this.attachShadow({ mode: 'open' }).innerHTML = '<div class="captcha" role="group">'
      + '<div class="captcha-trigger" role="button">A person</div></div>';
    this.innerHTML = '<input type="hidden" name="cap-token">';
    this.shadowRoot.querySelector('.captcha-trigger').addEventListener('click', () => setTimeout(() => {
      this.dispatchEvent(new CustomEvent('solve', { detail: { token: 'done' } }));
    }, 500));
  }
});
