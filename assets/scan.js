// Optional: offers the phone's position instead of the list. Rounded to about a kilometre before it leaves the phone.
(function () {
	var button = document.getElementById('locate');
	if (!button || !navigator.geolocation) return;
	button.hidden = false;
	button.addEventListener('click', function () {
		button.disabled = true;
		navigator.geolocation.getCurrentPosition(function (p) {
			var body = 'lng=' + p.coords.longitude.toFixed(2) + '&lat=' + p.coords.latitude.toFixed(2);
			fetch(location.pathname, {
				method: 'POST', body: body, redirect: 'manual',
				headers: { 'Content-Type': 'application/x-www-form-urlencoded' }
			}).then(function () { location.reload(); });
		}, function () {
			button.disabled = false;
			document.getElementById('place').focus();
		}, { maximumAge: 600000, timeout: 8000 });
	});
})();
