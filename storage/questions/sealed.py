"""Under which purposes of a party's key (`storage.cipher`) is kept what was asked, and what was answered."""

QUESTION = "question.text"
ANSWER = "question_answer.text"
