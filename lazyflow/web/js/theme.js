// Light or dark, and the app's own colour with text on it that can be read.
const CHOICE = 'lazyflow-mode'

/** The relative luminance of a colour, by WCAG 2. @param {number[]} rgb 0 to 255 */
export function luminance(rgb) {
  const [r, g, b] = rgb.map(value => { const part = value / 255; return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4 })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** @returns {number} 1 to 21 */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** Black or white, whichever reads better on `rgb`. */
export const inkOn = rgb => contrast(rgb, [255, 255, 255]) >= contrast(rgb, [0, 0, 0]) ? '#fff' : '#000'

export class Theme {
  /** @param {HTMLElement} root @param {(dark: boolean) => void} changed */
  constructor(root, changed) {
    this.root = root
    this.changed = changed
    this.system = matchMedia('(prefers-color-scheme: dark)')
    this.system.addEventListener('change', () => this.apply())
    this.mode = 'auto'
    this.primary = ''
  }

  get dark() {
    const mode = localStorage.getItem(CHOICE) || this.mode
    return mode === 'dark' || (mode !== 'light' && this.system.matches)
  }

  show({mode, primary}) {
    this.mode = mode
    this.primary = primary
    this.apply()
  }

  toggle() {
    localStorage.setItem(CHOICE, this.dark ? 'light' : 'dark')
    this.apply()
  }

  apply() {
    const {dark} = this
    this.root.dataset.mode = dark ? 'dark' : 'light'
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light'
    document.documentElement.style.background = dark ? '#17181a' : '#fff'
    for (const name of ['--primary', '--on-primary', '--accent']) this.root.style.removeProperty(name)
    const rgb = this.primary && this.resolve(this.primary)
    if (rgb) {
      this.root.style.setProperty('--primary', `rgb(${rgb})`)
      this.root.style.setProperty('--on-primary', inkOn(rgb))
      if (contrast(rgb, dark ? [23, 24, 26] : [255, 255, 255]) >= 4.5) this.root.style.setProperty('--accent', `rgb(${rgb})`)
    }
    this.changed(dark)
  }

  resolve(color) {
    if (!CSS.supports('color', color)) return null
    const probe = document.createElement('i')
    probe.style.color = color
    probe.style.display = 'none'
    this.root.append(probe)
    const found = /^rgba?\((\d+), (\d+), (\d+)/.exec(getComputedStyle(probe).color)
    probe.remove()
    return found ? found.slice(1, 4).map(Number) : null
  }
}
