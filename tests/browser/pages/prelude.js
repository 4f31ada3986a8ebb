/* Runs before every module: what must be heard from the start, and the hostile surroundings that a test asks for. */
window.violations = [];
addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));

if (location.search === '?storage=throws') {
  Object.defineProperty(window, 'localStorage', {
    get() { throw new DOMException('The user has blocked storage', 'SecurityError'); },
  });
}

// As in an insecure context, or in an old browser.
if (location.search === '?locks=missing') Object.defineProperty(navigator, 'locks', { value: undefined });
