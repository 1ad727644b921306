// A lost connection: told in a bar, tried again by Bokeh for half a minute, and by us for as long as it takes.
import {h} from './dom.js'

const EVERY = 3000

/** The bar over everything while the server cannot be reached. */
export class Connection {
  constructor(say) {
    this.say = say
    this.element = h('div', {class: 'connection', role: 'status', hidden: true})
    this.timer = 0
  }

  lost() {
    clearTimeout(this.timer)
    this.element.hidden = false
    this.element.classList.remove('good')
    this.element.textContent = this.say('lost')
  }

  back() {
    if (this.element.hidden) return
    this.element.classList.add('good')
    this.element.textContent = this.say('back')
    this.timer = setTimeout(() => { this.element.hidden = true }, 2000)
  }
}

/** Bokeh's document tells when the connection goes, and for how long it tries to get it back. */
export function watchConnection(connection) {
  for (const document of globalThis.Bokeh?.documents || []) {
    document.on_event('connection_lost', (_, event) => {
      connection.lost()
      if (event.timeout == null) reopen()
    })
  }
}

// The draft and the conversation's address outlive a page load.
async function reopen() {
  try {
    await fetch(import.meta.url, {cache: 'no-store'})
    location.reload()
  } catch {
    setTimeout(reopen, EVERY)
  }
}
