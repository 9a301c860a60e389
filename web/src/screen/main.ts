import { createApp } from 'vue';
import '../style/tokens.css';
import './screen.css';
import { lang } from '../i18n/t';
import App from './App.vue';

document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
createApp(App).mount('#app');
