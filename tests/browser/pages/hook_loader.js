// `?react` and `?preact` load the bundles that the test has built of `hook/`.
await import(`/build/hook/${location.search.slice(1)}.js`)
document.title = 'ready'
