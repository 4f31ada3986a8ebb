import { mount, unmount } from 'svelte'
import Pending from './Pending.svelte'
import { watch } from './page'

let component: ReturnType<typeof mount>
watch((target) => (component = mount(Pending, { target })), () => unmount(component))
