// Where maths stands in Markdown: $…$, $$…$$, \(…\) and \[…\]. Money and escaped brackets are none.

export const LONGEST = 4000
const CLOSES = {'$': '$', '$$': '$$', '\\(': '\\)', '\\[': '\\]'}

/** How the maths at this place is opened, if it is. */
function openerAt(source, at) {
  if (source[at] === '$') return source[at + 1] === '$' ? '$$' : '$'
  const two = source.slice(at, at + 2)
  return two === '\\(' || two === '\\[' ? two : ''
}

/** The next place of `close` that no backslash takes away, or -1. */
function closeAt(source, close, from) {
  for (let at = source.indexOf(close, from); at >= 0 && at - from <= LONGEST; at = source.indexOf(close, at + 1)) {
    let slashes = 0
    while (source[at - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return at
  }
  return -1
}

/** Words, sums of money and references: "$5 and 6$", "\[see above\]", "\[1\]". */
function wordy(content, open) {
  if (/[\\^_=+*/<>{}|-]/.test(content)) return false
  if (open === '\\[' && /^[\d\s,]+$/.test(content)) return true
  return /\p{L}{4}/u.test(content) || (/\p{L}{2}/u.test(content) && /\s/.test(content))
}

/**
 * The maths that begins at this place of one line or paragraph.
 * @returns {{content: string, block: boolean, end: number} | null} `end` is the place after it
 */
export function mathsAt(source, start) {
  const open = openerAt(source, start)
  if (!open) return null
  const from = start + open.length
  if (open === '$' && (/[\s$]/.test(source[from] ?? ' ') || /[\p{L}\p{N}$]/u.test(source[start - 1] ?? ''))) return null
  const at = closeAt(source, CLOSES[open], from)
  if (at < 0) return null
  const content = source.slice(from, at)
  const end = at + CLOSES[open].length
  if (!content.trim() || content.includes('\n\n')) return null
  if (open === '$' && (/\s/.test(source[at - 1]) || /[\p{L}\p{N}]/u.test(source[end] ?? ''))) return null
  if (open !== '$$' && wordy(content, open)) return null
  return {content, block: open === '$$' || open === '\\[', end}
}

function inline(state, silent) {
  const found = mathsAt(state.src, state.pos)
  if (!found || found.end > state.posMax) return false
  if (!silent) {
    const token = state.push('maths', 'code', 0)
    token.content = state.src.slice(state.pos, found.end)
    token.block = false
    token.info = found.block ? 'block' : ''
  }
  state.pos = found.end
  return true
}

/**
 * Maths on lines of its own; blank lines may stand in it. While an answer streams, what has no end yet is held as
 * text, so that no line of it is taken for something else.
 */
function block(state, first, last, silent) {
  const start = state.bMarks[first] + state.tShift[first]
  if (state.sCount[first] - state.blkIndent >= 4) return false
  const open = openerAt(state.src, start)
  if (open !== '$$' && open !== '\\[') return false
  const from = start + open.length
  const at = closeAt(state.src, CLOSES[open], from)
  const end = at + CLOSES[open].length
  const whole = at >= 0 && end <= state.eMarks[last - 1]
  if (!whole && !(state.env.streaming && state.level === 0 && state.src.length - from <= LONGEST && /^\s*$/.test(state.src.slice(from, state.eMarks[first])))) return false
  let line = first
  if (whole) {
    while (state.eMarks[line] < end) line++
    const content = state.src.slice(from, at)
    if (state.src.slice(end, state.eMarks[line]).trim() || !content.trim() || (open === '\\[' && wordy(content, open))) return false
  } else line = last - 1
  if (silent) return true
  const token = state.push(whole ? 'maths' : 'maths_open', 'code', 0)
  token.block = true
  token.map = [first, line + 1]
  token.info = 'block'
  token.content = state.getLines(first, line + 1, state.blkIndent, false).trim()
  state.line = line + 1
  return true
}

/** Teach a MarkdownIt. Formulas become `code.maths`, with their marks. */
export function dollars(md) {
  const escape = md.utils.escapeHtml
  md.inline.ruler.before('escape', 'maths', inline)
  md.block.ruler.before('fence', 'maths', block, {alt: ['paragraph', 'reference', 'blockquote', 'list']})
  md.renderer.rules.maths = (tokens, index) => {
    const {content, info, block: own} = tokens[index]
    const code = `<code class="maths${info ? '-block' : ''}">${escape(content)}</code>`
    return own ? `<p>${code}</p>\n` : code
  }
  md.renderer.rules.maths_open = (tokens, index) => `<p>${escape(tokens[index].content).replace(/\n/g, '<br>\n')}</p>\n`
}
