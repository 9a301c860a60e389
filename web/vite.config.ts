import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { defineConfig, type Plugin } from 'vite';
import vue from '@vitejs/plugin-vue';
import Components from 'unplugin-vue-components/vite';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';
import { VantResolver } from '@vant/auto-import-resolver';
import Icons from 'unplugin-icons/vite';

/** Vant carries its icon font as a data: address with a public fallback; make it a file of our own instead. */
function localIconFont(): Plugin {
  return {
    name: 'local-icon-font',
    generateBundle(_, bundle) {
      for (const f of Object.values(bundle)) {
        if (f.type !== 'asset' || !f.fileName.endsWith('.css')) continue;
        const text = String(f.source);
        const m = text.match(/url\(["']?data:font\/woff2;charset=utf-8;base64,([^)"']+)["']?\)/);
        if (!m) continue;
        const id = this.emitFile({ type: 'asset', name: 'icons.woff2', source: Buffer.from(m[1], 'base64') });
        f.source = text.replace(m[0], `url(/${this.getFileName(id)})`).replace(/,\s*url\(["']?(https?:)?\/\/[^)]*\)\s*format\([^)]*\)/g, '');
        if (/url\(["']?(https?:)?\/\//.test(f.source)) this.error('foreign font address left in ' + f.fileName);
      }
    },
  };
}

/** Writes /m/sw.js: the phone's shell (html, code, styles, decoder) is kept for work without network. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    enforce: 'post',
    generateBundle(_, bundle) {
      const wanted = new Set<string>();
      const visit = (name: string) => {
        const c = bundle[name];
        if (!c || wanted.has(name)) return;
        wanted.add(name);
        if (c.type !== 'chunk') return;
        [...c.imports, ...c.dynamicImports].forEach(visit);
        const meta = (c as { viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> } }).viteMetadata;
        meta?.importedCss.forEach(x => wanted.add(x));
        meta?.importedAssets.forEach(x => wanted.add(x));
      };
      for (const f of Object.values(bundle)) if (f.type === 'chunk' && f.isEntry && f.name === 'm') visit(f.fileName);
      for (const name of Object.keys(bundle)) if (/\.(wasm|woff2)$/.test(name)) wanted.add(name);
      const files = ['/m/', ...[...wanted].sort().map(x => '/' + x)];
      const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 12);
      const source = readFileSync('src/m/sw.js', 'utf8').replace('__FILES__', JSON.stringify(files)).replace('__VERSION__', version);
      this.emitFile({ type: 'asset', fileName: 'm/sw.js', source });
    },
  };
}

const backend = process.env.EZHEN_URL ?? 'http://127.0.0.1:7300';

export default defineConfig({
  plugins: [
    vue(),
    Icons({ compiler: 'vue3' }),
    Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' }), VantResolver()] }),
    localIconFont(),
    serviceWorker(),
  ],
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
  server: { proxy: { '/api': backend, '/t/': backend } },
  build: {
    target: ['chrome87', 'safari14', 'firefox91'],
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: true },
    rollupOptions: { input: { admin: 'admin.html', m: 'm.html', screen: 'screen.html' } },
  },
  test: { environment: 'happy-dom', include: ['test/unit/**/*.test.ts'] },
} as never);
