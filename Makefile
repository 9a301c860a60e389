# The front door. Everything real happens in meson.build, ./run and ./test.
BUILD ?= build

$(BUILD)/build.ninja:
	meson setup $(BUILD)

.PHONY: make check quick asan fuzz tidy bench run web clean
make: $(BUILD)/build.ninja
	ninja -C $(BUILD)
quick:
	./test quick
check:
	./test
asan:
	./test asan
tidy:
	python3 tools/tidy.py
web:
	cd web && npm ci --ignore-scripts && npm run build
bench:
	meson setup --reconfigure -Dbench=true $(BUILD) && ninja -C $(BUILD) && bench/run
run:
	./run
clean:
	rm -rf $(BUILD) build-*
.DEFAULT_GOAL := make
