"""Names that try to become code: each must be shown as it is, everywhere."""

HOSTILE_NAMES = (
    "{{7*7}}<img src=x onerror=alert(1)>${1}",
    "${alert(1)}",
    "a ` back-tick ` and another `",
    "</script><script>alert(1)</script>",
    "<script>alert(1)</script>",
    "{% raw %}",
    "{% include 'base.html' %}",
    "{# comment #}",
    "{{ config.SECRET_KEY }}",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    '" onmouseover="alert(1)" x="',
    "' onfocus='alert(1)' autofocus='",
    "<svg onload=alert(1)>",
    "&lt;b&gt; &#60;i&#62; &amp;",
    "\\u003cimg src=x onerror=alert(1)\\u003e \\ \\' \\\"",
    "line\u2028separator\u2029end",
    "--><!-- ]]> %0a",
)
