// <select data-time-zone>: the browser's own zone is proposed, unless somebody has chosen before.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
for (const select of document.querySelectorAll("select[data-time-zone]")) {
  const known = [...select.options].some((option) => option.value === timeZone);
  if (known && !select.closest("form").querySelector(".errorlist")) select.value = timeZone;
}
