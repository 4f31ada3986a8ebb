"""How a batch reaches the endpoint over fetch: `createWidgetApi` and `postEach`."""
