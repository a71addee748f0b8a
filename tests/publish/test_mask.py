import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caibian.publish.mask import KINDS, is_identity_number, mask_emails, mask_identity_numbers, mask_phones, mask_texts
from caibian.publish.masking import mask_rows, recut


def stars(text: str) -> str:
    """Return `text` with its lower-case letters x as asterisks, to write expectations by."""
    return text.replace("x", "*")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请打13812345678。", "请打xxxxxxxxxxx。"),
        ("手机：138-1234-5678，", "手机：xxx-xxxx-xxxx，"),
        ("+86 138 1234 5678", "+xx xxx xxxx xxxx"),
        ("１３８１２３４５６７８", "xxxxxxxxxxx"),
        ("电话0555-1234567转8001", "电话0555-1234567转8001"),  # no local number starts with 1
        ("电话0555-2234567", "电话xxxx-xxxxxxx"),
        ("（0555）6234567", "（xxxx）xxxxxxx"),
        ("010-62345678-801", "xxx-xxxxxxxx-xxx"),
        ("02162345678", "xxxxxxxxxxx"),
        ("咨询电话：6234567。", "咨询电话：xxxxxxx。"),
    ],
)
def test_phone_numbers_are_masked(text: str, masked: str) -> None:
    assert mask_phones(text) == stars(masked)


@pytest.mark.parametrize(
    "text",
    [
        "拨打12345热线、110和96333",
        "投资13812345678元",
        "共13812345678.50元",
        "约13912345678余元",
        "0.13812345678",
        "3.13812345678",
        "编号201381234567812",
        "2024-01-01至2024-12-31",
        "GDP增长6234567万元",
        "产量6234567吨",
        "国统字20138号",
        "邮编243000",
        "2024年10月12日08:30",
        "总长0376.2345678公里",
        "车牌皖E12345",
        "12912345678",
    ],
)
def test_other_numbers_are_no_phone_numbers(text: str) -> None:
    assert mask_phones(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("投稿：news_01@xikou.gov.cn。", "投稿：xxxxxxx@xxxxxxxxxxxx。"),
        ("a@b.cn或c.d@e-f.com", "x@xxxx或xxx@xxxxxxx"),
    ],
)
def test_email_addresses_are_masked(text: str, masked: str) -> None:
    assert mask_emails(text) == stars(masked)


@pytest.mark.parametrize("text", ["@张三 转发", "5@2", "a@b", "@@@@", "微博@新华社", "a@.cn", "price@ 5.5"])
def test_other_at_signs_stay(text: str) -> None:
    assert mask_emails(text) == text


VALID = "34052419800101001X"


def test_identity_numbers_are_masked() -> None:
    assert is_identity_number(VALID)
    assert is_identity_number(VALID.lower())
    assert mask_identity_numbers(f"号码{VALID}。") == f"号码{'*' * 18}。"
    assert mask_identity_numbers("身份证号：340524198001010011") == "身份证号：" + "*" * 18  # with a slip in it
    assert mask_identity_numbers("身份证340524800101001") == "身份证" + "*" * 15


@pytest.mark.parametrize(
    "text",
    [
        "340524198001010011",  # wrong check digit
        "340524198013010018",  # no such month
        "订单99052419800101001X",
        "340524800101001",
        f"{VALID}5",
        f"A{VALID}",
        "6222021234567890123",
    ],
)
def test_other_long_numbers_are_no_identity_numbers(text: str) -> None:
    assert mask_identity_numbers(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("村民王小明说", "村民王某某说"),
        ("居民李桐告诉记者", "居民李某告诉记者"),
        ("犯罪嫌疑人张大伟、刘军被抓", "犯罪嫌疑人张某某、刘军被抓"),
        ("群众代表陈秀兰，今年60岁", "群众代表陈某某，今年60岁"),
        ("脱贫户赵家和在地里", "脱贫户赵某某在地里"),
        ("患者周某", "患者周某"),
        ("市民高明说", "市民高某说"),
        ("市民方建国（化名）", "市民方某某（化名）"),
        ("伤者孙丽", "伤者孙某"),
    ],
)
def test_names_of_private_persons_are_masked(text: str, masked: str) -> None:
    assert mask_texts([text], ["private_name"]) == [masked]


@pytest.mark.parametrize(
    "text",
    [
        "群众高兴地说",
        "群众安全感提升",
        "群众路线教育",
        "村民委员会主任王小明说",
        "居民金融知识",
        "居民水电费",
        "群众文化活动",
        "群众满意度",
        "县委书记王小明说",
        "记者王小明",
        "居民于2023年迁入",
        "群众来信",
        "村民常说",
        "居民白天上班",
        "村民们张灯结彩",
        "群众利益无小事",
        "居民陈列馆开放",
        "游客黄金周出行",
        "家长张罗着",
        "村民何时回家",
        "业主方表示",
        "群众段子",
        "村民马上行动",
        "游客戴上眼镜",
        "居民杜先生说",
        "患者吴女士在医院",
        "嫌疑人李某被抓",
    ],
)
def test_other_words_after_a_role_are_no_names(text: str) -> None:
    assert mask_texts([text], ["private_name"]) == [text]


def test_a_name_is_masked_wherever_the_document_has_it() -> None:
    texts = ["王小明的路", "村民王小明说，李桐在家。", "居民李桐告诉记者，李桐大道通了。"]
    masked = ["王某某的路", "村民王某某说，李某在家。", "居民李某告诉记者，李桐大道通了。"]
    assert mask_texts(texts, KINDS) == masked


ALPHABET = "村民居民群众王李高小明兴说，。（0123456789１86-+@.cnX 　身份证电话元"


@given(st.lists(st.text(ALPHABET, max_size=60), max_size=4))
def test_masks_keep_every_length_and_are_done_after_one_pass(texts: list[str]) -> None:
    masked = mask_texts(texts, KINDS)
    assert [len(text) for text in masked] == [len(text) for text in texts]
    assert mask_texts(masked, ["phone", "email", "identity_number"]) == masked


HOSTILE = [
    "1" * 200_000,
    "a" * 200_000 + "@",
    "@" * 100_000,
    "a@b.cn" * 30_000,
    "村民" * 100_000,
    "".join(f"村民王{chr(0x4E00 + number)}{chr(0x5000 + number)}，" for number in range(20_000)),
    "0(" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    assert len(mask_texts([text], KINDS)[0]) == len(text)


def test_only_rows_with_personal_data_are_replaced() -> None:
    rows = pa.table(
        {
            "title": pa.array([None, "路", "电话13812345678"]),
            "paragraphs": [["a@b.cn"], ["修路"], None],
            "sentences": [[["a@b.cn"]], [["修路"]], None],
            "words": [[["a", "@", "b.cn"]], [["修", "路"]], None],
        },
        schema=pa.schema(
            [
                ("title", pa.string()),
                ("paragraphs", pa.list_(pa.string())),
                ("sentences", pa.list_(pa.list_(pa.string()))),
                ("words", pa.list_(pa.list_(pa.string()))),
            ]
        ),
    )
    assert mask_rows(rows, ()) is rows
    masked = mask_rows(rows, ("phone", "email"))
    assert masked.schema == rows.schema
    assert masked["title"].to_pylist() == [None, "路", "电话" + "*" * 11]
    assert masked["paragraphs"].to_pylist() == [["*@****"], ["修路"], None]
    assert masked["words"].to_pylist() == [[["*", "@", "****"]], [["修", "路"]], None]


def test_pieces_are_cut_where_they_were() -> None:
    assert recut(["王某某说"], [["王小明", "说"]]) == [["王某某", "说"]]
    assert recut(["x"], []) == []
