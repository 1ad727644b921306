// Where a search led: each place of what was sought is marked in its message, without changing the message.

const NAME = 'sought'
const LETTERS = 200_000

/** Matches `text` as it is written, in upper or lower case, with the text as its first group. */
export const seeker = text => new RegExp(`(${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')})`, 'giu')

/** Mark each place of `text` in an element, in upper or lower case. @returns {Range | null} the first one */
export function mark(element, text) {
  const places = placesOf(element, text)
  if (places.length && globalThis.CSS?.highlights) CSS.highlights.set(NAME, new Highlight(...places))
  return places[0] ?? null
}

export function unmark() {
  globalThis.CSS?.highlights?.delete(NAME)
}

/** @returns {Range[]} */
function placesOf(element, text) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const nodes = []
  const starts = []
  let all = ''
  // What stands in several nodes, as coloured code and words in bold do, is found all the same.
  for (let node = walker.nextNode(); node && all.length < LETTERS; node = walker.nextNode()) {
    nodes.push(node)
    starts.push(all.length)
    all += node.data
  }
  const where = at => {
    const index = starts.findLastIndex(start => start <= at)
    return [nodes[index], Math.min(at - starts[index], nodes[index].data.length)]
  }
  const places = []
  for (const {index, 0: found} of text ? all.matchAll(seeker(text)) : []) {
    const range = document.createRange()
    range.setStart(...where(index))
    const [last, after] = where(index + found.length - 1)
    range.setEnd(last, after + 1)
    places.push(range)
  }
  return places
}
