/* A window with some of its names replaced, for the third argument of ClickQueue in tests and demos.

   partialEnv({ setTimeout: mySetTimeout, navigator: partialEnv({ onLine: false }, navigator) })

   Everything else is that of `base` at the moment of its use. A function of a real window must be called on that window, so it is bound; a
   constructor (Date, AbortController) stays as it is, since binding would hide its static methods. */
export function partialEnv(own, base = globalThis) {
  const bound = (value) => (typeof value === 'function' && !value.prototype ? value.bind(base) : value);
  return new Proxy(own, { get: (_, name) => (Object.hasOwn(own, name) ? own[name] : bound(base[name])) });
}
