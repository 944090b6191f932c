"""What the small course holds for its trainers."""

from __future__ import annotations

GUIDE_EN = """\
---
title: Guide for trainers
summary: How to hold a morning on springs.
minutes: 180
sources:
  - id: un-70-1
    title: Transforming our world
    publisher: United Nations
    year: 2015
---
## Before you begin

Walk to the spring **first**.[^un-70-1] Read [the lesson](springs).

| Time | What | Who |
| --- | --- | --- |
| 09:00 | Welcome | Trainer |
| 09:30 | Walk | All |

::: callout Bring water
A bottle each.
:::

## At the spring

1. Look.
2. Listen:
    - to the water
    - to the village

![A hill and a spring](media/hill.svg "A spring")

::: think What if it rains?
Stay inside.
:::
"""

GUIDE_ZH = """\
---
title: 培训师指南
summary: 怎样组织半天的泉水培训。
minutes: 180
sources:
  - id: un-70-1
    title: 变革我们的世界
    publisher: 联合国
    year: 2015
---
## 课前准备

**先**到泉边走一走。[^un-70-1]请阅读[课文](springs)。

| 时间 | 内容 | 参加人 |
| --- | --- | --- |
| 09:00 | 开班 | 培训师 |
| 09:30 | 实地走访 | 全体 |

::: callout 带水
每人一瓶。
:::

## 在泉边

1. 看。
2. 听：
    - 水声
    - 村里人怎么说

![一座山和一处泉](media/hill.svg "泉")

::: think 下雨怎么办？
在室内进行。
:::
"""

SLIDES_EN = """\
---
title: Springs in one morning
summary: Slides for the onsite session
---
## Where water comes out

- Slow
- Clear

Notes: Ask who has a spring at home.

Wait for three answers.

---

## A hill

![A hill and a spring](media/hill.svg "A spring")

---

## What to do

```
---
```

::: callout Today
Walk to it.
:::
"""

SLIDES_ZH = """\
---
title: 半天讲泉水
summary: 现场培训用幻灯片
---
## 水从哪里来

- 缓慢
- 清澈

Notes: 请问谁家附近有泉。

等三个人回答。

---

## 一座山

![一座山和一处泉](media/hill.svg "泉")

---

## 做什么

```
---
```

::: callout 今天
走过去看看。
:::
"""

HANDOUT_EN = """\
---
title: My spring
minutes: 20
---
## Draw your spring

Name three things you see.

Term
:   What it means
"""

HANDOUT_ZH = """\
---
title: 我的泉
minutes: 20
---
## 画出您的泉

写出您看到的三样东西。

术语
:   它的意思
"""

FACILITATOR = {
    "facilitator/guide.en.md": GUIDE_EN,
    "facilitator/guide.zh-Hans.md": GUIDE_ZH,
    "facilitator/slides.en.md": SLIDES_EN,
    "facilitator/slides.zh-Hans.md": SLIDES_ZH,
    "facilitator/handouts/my-spring.en.md": HANDOUT_EN,
    "facilitator/handouts/my-spring.zh-Hans.md": HANDOUT_ZH,
}
