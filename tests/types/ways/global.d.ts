declare const clickqueue: typeof import('clickqueue') & typeof import('clickqueue/use-widget') & typeof import('clickqueue/consent')
