# News: what is kept is clean, what is published has a time.

as operator
POST /api/v1/news {"title":"春耕","kind":"news","body":"<p onclick=\"x()\">正文<script>alert(1)</script></p>"}
= 201 state=draft body=<p>正文</p>
  > id=a
POST /api/v1/news {"title":"空","body":"<script>x</script>"}
= 422 field=body
POST /api/v1/news/{a}/publish {}
= 200 state=published
POST /api/v1/news/{a}/withdraw {}
= 200 state=withdrawn
POST /api/v1/news/{a}/publish {}
= 200 state=published
as grower@alpha
GET /api/v1/news
= 403
as officer@town
POST /api/v1/news {"title":"镇里发","body":"正文"}
= 403 code=whole-county
POST /api/v1/news/{a}/withdraw {}
= 403
