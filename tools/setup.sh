# setup.sh - sourced by ./run and ./test: installs what is missing on Debian 12 and nothing else.
# The lists are the whole truth; tests/clean_machine.py proves that nothing outside them is used.

BUILD_PACKAGES="gcc libc6-dev meson ninja-build pkg-config python3 git ca-certificates nodejs npm
 libsqlite3-dev libpq-dev libmicrohttpd-dev libjansson-dev libssl-dev libargon2-dev libxlsxwriter-dev libzip-dev
 libexpat1-dev libcairo2-dev libpango1.0-dev libqrencode-dev libmagic-dev libseccomp-dev libjpeg62-turbo-dev
 libpng-dev libwebp-dev zlib1g-dev fonts-noto-cjk curl"

TEST_PACKAGES="clang libclang-rt-14-dev universal-ctags postgresql nginx-light chromium zbar-tools poppler-utils
 python3-openpyxl libreoffice-calc-nogui sqlite3 openssl strace"

say() { printf '%s\n' "$*" >&2; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"
	elif command -v sudo >/dev/null; then sudo "$@"
	else say "需要 root 权限安装软件包：$*  /  root is needed to install packages: $*"; return 1; fi
}

# install_packages LIST: asks apt only for what dpkg does not have; a node from elsewhere counts as nodejs and npm.
install_packages() {
	local missing="" p
	for p in $1; do
		case $p in
		nodejs) command -v node >/dev/null && continue ;;
		npm) command -v npm >/dev/null && continue ;;
		esac
		dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null | grep -q '^installed' || missing="$missing $p"
	done
	[ -z "$missing" ] && return 0
	say "安装软件包 / installing:$missing"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 update
	# A package's own service must not start here; what tests need they start themselves.
	as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o DPkg::Lock::Timeout=600 install -y \
		--no-install-recommends $missing >/dev/null
}

# Vite needs Node 20.19 or newer; Debian 12 has 18. The npm registry carries the official binary as a package.
ensure_node() {
	local have cache="$PWD/.cache/node" arch
	have=$(node -p 'const [a,b]=process.versions.node.split(".").map(Number); +(a>20||(a===20&&b>=19))' 2>/dev/null || echo 0)
	[ "$have" = 1 ] && return 0
	case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) say "no Node for $(uname -m)"; return 1 ;; esac
	if [ ! -x "$cache/node_modules/node-linux-$arch/bin/node" ]; then
		say "安装 Node 22 / installing Node 22"
		mkdir -p "$cache"
		npm install --silent --no-audit --no-fund --prefix "$cache" "node-linux-$arch@22.23.3" >/dev/null
	fi
	PATH="$cache/node_modules/node-linux-$arch/bin:$PATH"
	export PATH
}

# build_web: the four faces' scripts and styles, only when their sources changed.
build_web() {
	local stamp=web/dist/.stamp sum
	sum=$(find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/test-results -prune -o -type f -print0 |
		sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
	[ "$(cat $stamp 2>/dev/null)" = "$sum" ] && return 0
	say "构建网页 / building the web pages"
	[ -d web/node_modules/vite ] && [ web/node_modules/.package-lock.json -nt web/package-lock.json ] ||
		npm --prefix web ci --ignore-scripts --no-audit --no-fund --silent
	npm --prefix web run --silent build >/dev/null
	printf '%s\n' "$sum" >$stamp
}
