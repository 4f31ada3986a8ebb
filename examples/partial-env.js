/* A window with some of its names replaced, for the third argument of ClickQueue in tests and demos.

   partialEnv({ setTimeout: mySetTimeout, navigator: partialEnv({ onLine: false }, navigator) })

   Every other name is that of `base` at the moment of its use. A function of a real window must be called on that window. */
export function partialEnv(own, base = globalThis) {
  const onBase = (value) => (typeof value === 'function' ? new Proxy(value, { apply: (call, _, given) => call.apply(base, given) }) : value);
  return new Proxy(own, { get: (_, name) => (Object.hasOwn(own, name) ? own[name] : onBase(base[name])) });
}
