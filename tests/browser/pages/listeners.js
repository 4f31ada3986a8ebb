/* `window.listeners` says how many listeners a guest has for the page's life and line: 0 when it is gone. */
window.listeners = 0
for (const target of [window, document]) {
  const { addEventListener, removeEventListener } = target
  const isNews = (type) => /^(online|offline|visibilitychange|pagehide|pageshow|freeze|resume|storage)$/.test(type)
  target.addEventListener = (type, listener, options) => {
    if (isNews(type)) {
      listeners++
      options?.signal?.addEventListener('abort', () => listeners--)
    }
    addEventListener.call(target, type, listener, options)
  }
  target.removeEventListener = (type, listener, options) => {
    if (isNews(type)) listeners--
    removeEventListener.call(target, type, listener, options)
  }
}
