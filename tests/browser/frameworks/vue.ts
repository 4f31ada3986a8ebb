import { createApp, h } from 'vue'
import { useSnapshot } from '../../../examples/frameworks/vue'
import { watch } from './page'

const app = createApp({
  setup() {
    const snapshot = useSnapshot()
    return () => h('output', snapshot.value.pending)
  },
})
watch((place) => app.mount(place), () => app.unmount())
