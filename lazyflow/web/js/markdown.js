// Markdown to DOM, where nothing can run and nothing is fetched: no HTML but a few signs, images as links, and a
// sanitiser behind it.
import DOMPurify from 'dompurify'
import MarkdownIt from 'markdown-it'
import {dollars} from './dollars.js'
import {marks} from './marks.js'

export const md = new MarkdownIt({html: false, linkify: true, breaks: true})
md.linkify.set({fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false})
dollars(md)
marks(md)
const escape = md.utils.escapeHtml

md.renderer.rules.image = (tokens, index) => {
  const source = tokens[index].attrGet('src') || ''
  return `<a class="picture" href="${escape(source)}">${escape(tokens[index].content || source)}</a>`
}
// The first word after the fence, only if it can be a language's name.
md.renderer.rules.fence = (tokens, index) => codeHtml(tokens[index].content, languageOf(tokens[index].info))
md.renderer.rules.code_block = (tokens, index) => codeHtml(tokens[index].content, '')

const codeHtml = (text, lang) => `<pre><code${lang ? ` class="language-${lang}"` : ''}>${escape(text)}</code></pre>\n`

/** @param {string} info what stands behind the opening fence */
export function languageOf(info) {
  const word = info.trim().split(/[\s{]/)[0].toLowerCase()
  return /^[a-z0-9+#._-]{1,30}$/.test(word) ? word : ''
}

const TAGS = ['a', 'blockquote', 'br', 'code', 'del', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'kbd', 'li', 'ol', 'p', 'pre', 's', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul']
const RULES = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ['href', 'class', 'start', 'title'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
}
// Of MathML what draws, and nothing that leads or looks elsewhere.
const MATHML = 'http://www.w3.org/1998/Math/MathML'
const MATHML_RULES = {
  ALLOWED_TAGS: ['math', 'menclose', 'mfrac', 'mi', 'mmultiscripts', 'mn', 'mo', 'mover', 'mpadded', 'mphantom', 'mprescripts', 'mroot', 'mrow', 'mspace', 'msqrt', 'mstyle', 'msub', 'msubsup', 'msup', 'mtable', 'mtd', 'mtext', 'mtr', 'munder', 'munderover'],
  ALLOWED_ATTR: ['accent', 'accentunder', 'class', 'columnalign', 'columnspan', 'depth', 'display', 'displaystyle', 'fence', 'form', 'height', 'largeop', 'linethickness', 'lspace', 'mathbackground', 'mathcolor', 'mathvariant', 'maxsize', 'minsize', 'movablelimits', 'notation', 'rowspan', 'rspace', 'scriptlevel', 'separator', 'stretchy', 'style', 'symmetric', 'voffset', 'width'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
}
const DRAWING_CLASS = /^(?:(?:tml|chr|wbk)-[a-z0-9-]+|mathcal|mathscr|upstrike|downstrike|sout)$/
const DRAWING_STYLE = /^(?:display:block math|(?:padding|border|margin|width|color|math-depth|math-style|text-align)(?:-[a-z]+)?:[-#.% a-z0-9]+)$/
// A length that would lead far away from the formula's own place.
const HUGE = /(?:^|[^.\d])\d{3,}(?:\.\d+)?(?:em|ex|pt|px|in|cm|mm|pc|rem|v[hw])/

const ALIGNED = {left: 'start', center: 'center', right: 'end'}

let purifier = null
function purify() {
  if (purifier) return purifier
  purifier = DOMPurify(window)
  purifier.addHook('uponSanitizeAttribute', (node, data) => {
    if (node.namespaceURI === MATHML) {
      if (data.attrName === 'class') data.attrValue = data.attrValue.split(' ').filter(name => DRAWING_CLASS.test(name)).join(' ')
      if (data.attrName === 'style') data.attrValue = data.attrValue.split(';').filter(one => DRAWING_STYLE.test(one) && !HUGE.test(one)).join(';')
      else if (HUGE.test(data.attrValue)) data.keepAttr = false
    } else if (data.attrName === 'class' && !/^(?:language-[a-z0-9+#._-]+|align-[a-z]+|maths(?:-block)?|picture|task(?:-done)?)$/.test(data.attrValue)) data.keepAttr = false
  })
  purifier.addHook('beforeSanitizeAttributes', node => {
    const align = (node.tagName === 'TD' || node.tagName === 'TH') && /^text-align:(left|center|right)$/.exec(node.getAttribute('style') || '')
    if (align) node.setAttribute('class', `align-${ALIGNED[align[1]]}`)
  })
  purifier.addHook('afterSanitizeAttributes', node => {
    if (node.tagName === 'A') {
      if (!node.hasAttribute('href')) return
      node.setAttribute('target', '_blank')
      node.setAttribute('rel', 'noopener noreferrer')
    } else if (/^(P|LI|UL|OL|H[1-6]|BLOCKQUOTE|TABLE)$/.test(node.tagName)) node.setAttribute('dir', 'auto')
  })
  return purifier
}

/** @param {string} html of markdown-it @returns {DocumentFragment} */
export const clean = html => purify().sanitize(html, RULES)

/** @param {string} html one `math` element @returns {DocumentFragment} */
export const cleanMathml = html => purify().sanitize(html, MATHML_RULES)

/** @param {string} source @returns {DocumentFragment} */
export const rendered = (source, env = {}) => clean(md.render(source, env))
