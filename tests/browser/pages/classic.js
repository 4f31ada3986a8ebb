/* Runs after the classic script of its page: sends a click if that has run, and says which in the title. */
/* global clickqueue */
if (typeof clickqueue === 'undefined') {
  document.title = 'refused';
} else {
  const queue = new clickqueue.ClickQueue({ maxBatchSize: 1 }, clickqueue.createWidgetApi({ endpoint: '/api/track/click' }));
  queue.enqueue({ sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' });
  document.title = Object.keys(clickqueue).join(' ');
}
