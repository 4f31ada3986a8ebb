OfferWidget.mount(document.querySelector('#widget'), {
  apiUrl: '',
  sessionId: crypto.randomUUID(),
  question: {
    id: 'q-evening',
    text: 'How do you like to spend a rainy evening?',
    hint: 'Tell us, and the first month is on us.',
  },
  offers: [
    {
      id: 'o-cinema',
      title: 'Cinema Plus',
      text: 'Every film in this article, and four thousand more.',
      badge: 'Most chosen',
      button: { id: 'v-try-solid', label: 'Try it free', look: 'solid' },
    },
    {
      id: 'o-concert',
      title: 'Front Row',
      text: 'Concerts as they happen, and the rehearsals before them.',
      button: { id: 'v-try-soft', label: 'Listen in', look: 'soft' },
    },
    {
      id: 'o-books',
      title: 'Paper & Ink',
      text: 'No screen at all: a novel by post, each month.',
      button: { id: 'v-try-outline', label: 'Send me one', look: 'outline' },
    },
  ],
})
