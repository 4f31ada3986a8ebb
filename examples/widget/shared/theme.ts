/** The look of the widget. It lives in a Shadow DOM: nothing of the page comes in, nothing of it goes out. */
export const theme = `
:host {
  --ink: #1c2333; --quiet: #5b6478; --paper: #fff; --line: #dfe3ec; --tint: #f4f6fb;
  --brand: #3b5bdb; --brand-ink: #2f49b3; --on-brand: #fff; --good: #1f7a4d;
  all: initial; display: block; color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ink: #eef1f8; --quiet: #a7b0c5; --paper: #181d29; --line: #323a4d; --tint: #212838;
    --brand: #8ea6ff; --brand-ink: #b3c3ff; --on-brand: #10162b; --good: #6fd6a3;
  }
}
* { box-sizing: border-box; margin: 0; }
.widget {
  container-type: inline-size; font: 400 1rem/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; color: var(--ink);
  background: var(--paper); border: 1px solid var(--line); border-radius: 1.25rem; padding: 1.75rem;
  box-shadow: 0 1px 2px rgb(20 30 60 / .05), 0 12px 32px -12px rgb(20 30 60 / .18);
}
.question { font-size: 1.375rem; line-height: 1.3; font-weight: 650; letter-spacing: -.01em; text-wrap: balance; }
.hint { color: var(--quiet); margin-top: .375rem; }
.offers { list-style: none; padding: 0; margin-top: 1.25rem; display: grid; gap: .875rem; }
@container (min-width: 36rem) { .offers { grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); } }
.offer {
  position: relative; display: flex; flex-direction: column; gap: .25rem; padding: 1.125rem;
  background: var(--tint); border: 1px solid transparent; border-radius: .875rem; transition: border-color .15s;
}
.offer.chosen { border-color: var(--good); }
.title { font-size: 1.0625rem; font-weight: 650; }
.badge {
  position: absolute; top: -.6875rem; right: .875rem; padding: .125rem .625rem; border-radius: 1rem;
  font-size: .75rem; font-weight: 600; color: var(--brand-ink); background: color-mix(in srgb, var(--brand) 16%, var(--paper));
}
.text { color: var(--quiet); font-size: .9375rem; margin-bottom: .875rem; }
.button {
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  margin-top: auto; padding: .625rem 1rem; border-radius: .625rem; border: 1.5px solid var(--brand); transition: filter .15s, transform .1s;
}
.button:hover { filter: brightness(1.08); }
.button:active { transform: translateY(1px); }
.button:focus-visible { outline: 3px solid var(--brand); outline-offset: 3px; }
.solid { color: var(--on-brand); background: var(--brand); }
.soft { color: var(--brand-ink); background: color-mix(in srgb, var(--brand) 14%, transparent); border-color: transparent; }
.outline { color: var(--brand-ink); background: transparent; }
.status { min-height: 1.5rem; margin-top: 1rem; font-size: .9375rem; color: var(--good); }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`
