// The second bundle, fetched when the first formula appears: LaTeX to MathML, which the browser draws by itself.
import temml from 'temml'

export {styles} from './drawing.js'

/* global FONT */
const LOCAL = ['Cambria Math', 'STIX Two Math', 'STIXTwoMath-Regular', 'Latin Modern Math', 'NotoSansMath-Regular']

/** Let the document know a font for formulas; it is fetched where the machine has none and a formula is shown. */
export function announceFont() {
  const places = [...LOCAL.map(name => `local("${name}")`), `url("${new URL(FONT, import.meta.url).href}")`]
  document.fonts.add(new FontFace('Formulas', places.join(', '), {display: 'swap'}))
}

/**
 * What a hostile formula may take is bounded here; what it may say is bounded by the sanitiser behind it.
 * @param {string} source LaTeX @param {boolean} block on a line of its own
 * @throws where it is no formula
 */
export function mathml(source, block) {
  return temml.renderToString(source, {displayMode: block, throwOnError: true, trust: false, strict: false, maxExpand: 200, maxSize: [20, 20]})
}
