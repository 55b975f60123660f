/* The list of subjects shows those of the chosen course; without script all stand there, under their courses. */
const course = document.getElementById("id_course");
const subject = document.getElementById("id_subject");
if (course && subject) {
  course.addEventListener("change", narrow);
  narrow();
}

function narrow() {
  const name = course.selectedOptions[0]?.value ? course.selectedOptions[0].text : "";
  for (const group of subject.querySelectorAll("optgroup")) {
    group.hidden = name !== "" && group.label !== name;
    group.disabled = group.hidden;
    if (group.hidden && group.contains(subject.selectedOptions[0] ?? null)) subject.value = "";
  }
}
