/* The colours of a page: automatic, light or dark. Invariant: both pages of one tab look alike. */
const THEMES = ['auto', 'light', 'dark'];
const KEY = 'demo-theme';

/* `button` changes the theme; `onChange` runs after each change of the colours, by the button or by the system. */
export function startTheme(button, onChange = () => {}) {
  const root = document.documentElement;
  function set(theme) {
    sessionStorage.setItem(KEY, theme);
    root.dataset.theme = theme;
    const name = theme[0].toUpperCase() + theme.slice(1);
    button.querySelector('span').textContent = name;
    button.ariaLabel = `${name}: change the colours`;
    onChange();
  }
  button.addEventListener('click', () => set(THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length]));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  set(sessionStorage.getItem(KEY) || 'auto');
}
