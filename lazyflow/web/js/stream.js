// One answer as it streams: finished blocks are frozen, only the last block is rendered again and changed where it
// differs, and inside an open fence text is appended and coloured once, when the fence closes. The cost of a token is
// that of its last block.
import {codeBlock, dress, grow, paint} from './code.js'
import {clean, languageOf, md, rendered} from './markdown.js'
import {morph} from './morph.js'

const OPEN = /^( {0,3})(`{3,}|~{3,})([^\n`]*)\n/

export class Stream {
  /** @param {HTMLElement} element @param {(key: string) => string} say */
  constructor(element, say) {
    this.element = element
    this.say = say
    this.source = ''
    this.unread = ''
    this.tail = ''
    this.parsed = null
    /** The last block that is never touched again; what stands behind it is the tail. */
    this.frozen = null
    this.fence = null
    this.env = {streaming: true}
    this.ended = false
    this.due = 0
  }

  push(text) {
    this.source += text
    this.unread += text
  }

  /**
   * Show what was pushed. An answer that ends while its page asks for everything anew is told its end twice.
   * @param {boolean} [end] nothing more comes
   */
  flush(end = false) {
    if (this.ended) return
    this.ended = end
    const began = performance.now()
    this.env.streaming = !end
    let add = this.unread
    this.unread = ''
    this.parsed = null
    while (add) {
      if (this.fence) add = this.inFence(add)
      else {
        this.tail += add
        add = this.freezeFinished()
      }
    }
    if (this.fence) {
      // A line that is not ended may go on: "```" as "```js". Now it is.
      if (end) this.closeFence(this.fence.close.test(`${this.fence.line}\n`) ? '' : this.fence.line)
    } else this.showTail(end)
    if (end) this.resolveReferences()
    // A very long last block (a list, a table) is drawn less often, so that it never takes the page's whole time.
    const now = performance.now()
    this.due = now + 4 * (now - began)
  }

  inFence(add) {
    const held = this.fence.line + add
    const close = this.fence.close.exec(held)
    if (close) {
      this.closeFence(held.slice(0, close.index))
      return held.slice(close.index + close[0].length)
    }
    const lines = held.lastIndexOf('\n') + 1
    if (lines) grow(this.fence, this.inner(held.slice(0, lines)))
    this.fence.line = held.slice(lines)
    return ''
  }

  freezeFinished() {
    const tokens = md.parse(this.tail, this.env)
    // A block on a line that goes on may yet turn out to belong to the one before: "2" to a list, as "2. …".
    const lines = this.tail.split('\n').length - 1
    const starts = tokens.filter(token => token.level === 0 && token.map && token.nesting >= 0 && token.map[0] < lines)
    const last = starts.at(-1)
    const cut = last && last.map[0] > 0 ? tokens.indexOf(last) : 0
    const done = this.drawn(tokens.slice(0, cut), true)
    if (cut) this.tail = afterLines(this.tail, last.map[0])
    const open = OPEN.exec(this.tail)
    if (!open) {
      this.parsed = {done, tail: tokens.slice(cut)}
      return ''
    }
    this.place(done)
    this.openFence(open)
    const rest = this.tail.slice(open[0].length)
    this.tail = ''
    return rest
  }

  drawn(tokens, final) {
    if (!tokens.length) return document.createDocumentFragment()
    const fragment = clean(md.renderer.render(tokens, md.options, this.env))
    dress(fragment, this.say, final)
    return fragment
  }

  /** Show what is `done` and frozen from now on, and the tail behind it, in place of the tail that was shown. */
  place(done, tail) {
    let count = done.childNodes.length
    if (tail) done.append(tail)
    morph(this.element, done, this.frozen)
    while (count--) this.frozen = this.frozen ? this.frozen.nextSibling : this.element.firstChild
  }

  showTail(end) {
    const {done, tail} = this.parsed ?? {done: this.drawn([]), tail: md.parse(this.tail, this.env)}
    this.place(done, this.drawn(tail, end))
    if (end) this.tail = ''
  }

  openFence(open) {
    const [, indent, mark, info] = open
    const block = codeBlock(languageOf(info), this.say)
    this.fence = {...block, line: '', indent: indent && new RegExp(`^ {1,${indent.length}}`, 'gm'), close: new RegExp(`^ {0,3}${mark[0]}{${mark.length},}[ \\t]*\\n`, 'm')}
    this.element.append(block.figure)
    this.frozen = block.figure
  }

  // The lines of a fence that stands a little to the right stand there with it.
  inner(lines) {
    return this.fence.indent ? lines.replace(this.fence.indent, '') : lines
  }

  closeFence(rest) {
    if (rest) grow(this.fence, this.inner(rest))
    paint(this.fence)
    this.fence = null
  }

  // A link's address may come after the block that uses it and is frozen: then all is rendered once more.
  resolveReferences() {
    if (!Object.keys(this.env.references || {}).length) return
    const fragment = rendered(this.source)
    dress(fragment, this.say)
    this.element.replaceChildren(fragment)
  }
}

function afterLines(text, count) {
  let at = 0
  for (let line = count; line--;) at = text.indexOf('\n', at) + 1
  return text.slice(at)
}
