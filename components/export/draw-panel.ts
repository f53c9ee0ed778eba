const padding = 32
/** Browsers draw no larger canvas than this, a side. */
const largestSide = 12_000

export interface DrawnPanel {
  readonly svg: string
  readonly width: number
  readonly height: number
}

/**
 * The graph as it is drawn, whole, as one SVG that needs nothing else: the nodes of the page, its rules of style, the
 * values of its variables (so that it stays light or dark) and its fonts.
 */
export async function drawPanel(viewport: Element, bounds: DOMRectReadOnly): Promise<DrawnPanel> {
  const width = Math.ceil(bounds.width + 2 * padding)
  const height = Math.ceil(bounds.height + 2 * padding)
  const copy = viewport.cloneNode(true) as HTMLElement
  copy.style.transform = `translate(${padding - bounds.x}px, ${padding - bounds.y}px) scale(1)`
  const root = getComputedStyle(document.documentElement)
  const body = getComputedStyle(document.body)
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  for (const { name, value } of document.documentElement.attributes) {
    if (name === 'class' || name.startsWith('data-')) svg.setAttribute(name, value)
  }
  const rules = await styleRules()
  svg.setAttribute('width', String(width))
  svg.setAttribute('height', String(height))
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
  svg.setAttribute('style', `${variablesIn(rules, root)};color-scheme:${root.colorScheme}`)
  const style = document.createElementNS(svg.namespaceURI, 'style')
  style.textContent = rules
  const place = document.createElementNS(svg.namespaceURI, 'foreignObject')
  place.setAttribute('width', '100%')
  place.setAttribute('height', '100%')
  const ground = document.createElement('div')
  ground.className = 'panel react-flow'
  ground.dataset.level = 'normal'
  const { fontFamily, fontSize, lineHeight, color } = body
  Object.assign(ground.style, { fontFamily, fontSize, lineHeight, color })
  Object.assign(ground.style, { position: 'relative', width: `${width}px`, height: `${height}px`, overflow: 'hidden' })
  ground.style.background = getComputedStyle(viewport.closest('.panel') ?? document.body).backgroundColor
  ground.append(copy)
  place.append(ground)
  svg.append(style, place)
  return { svg: new XMLSerializer().serializeToString(svg), width, height }
}

/** Twice as fine as the screen, as far as browsers go. Throws where the browser does not draw it. */
export async function toPng({ svg, width, height }: DrawnPanel): Promise<Blob> {
  const scale = Math.min(2, largestSide / Math.max(width, height))
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser drew nothing'))), 'image/png')
  })
}

/** Rules of the page; of the fonts those that are in use, with what they load inside. */
async function styleRules(): Promise<string> {
  const used = new Set(
    [...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => plain(family)),
  )
  const texts: string[] = []
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule)) texts.push(rule.cssText)
      else if (used.has(plain(rule.style.getPropertyValue('font-family')))) {
        texts.push(await withFont(rule.cssText, sheet.href ?? document.baseURI))
      }
    }
  }
  return texts.join('\n')
}

function plain(family: string): string {
  return family.replace(/["']/g, '')
}

/** Only the Latin part is put in: others are large, and systems have fonts for them. */
async function withFont(text: string, base: string): Promise<string> {
  const [, url] = /url\(["']?([^"')]+)["']?\)/.exec(text) ?? []
  const isLatin = !/unicode-range/i.test(text) || /U\+0{0,3}-FF\b|U\+0000-00FF/i.test(text)
  if (url === undefined || !isLatin) return ''
  const response = await fetch(new URL(url, base))
  const bytes = new Uint8Array(await response.arrayBuffer())
  const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return text.replace(/src:[^;}]+/, `src:url(data:font/woff2;base64,${data}) format("woff2")`)
}

/** Values as they are now: in a picture, nothing asks what the system prefers. */
function variablesIn(rules: string, root: CSSStyleDeclaration): string {
  const names = new Set(Array.from(rules.matchAll(/(--[\w-]+)\s*:/g), ([, name = '']) => name))
  return [...names]
    .map((name) => [name, root.getPropertyValue(name)])
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}:${value}`)
    .join(';')
}
