// Runs the bundled snippet that the query names, and keeps what went wrong.
window.faults = []
window.ran = false
addEventListener('error', (event) => faults.push(event.message))
addEventListener('unhandledrejection', (event) => faults.push(String(event.reason)))
await import(`/build/docs/${location.search.slice(1)}.js`).catch((error) => faults.push(String(error)))
window.ran = true
